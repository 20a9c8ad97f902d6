/** While any of it is under way, whoever would leave the console is asked whether they mean it: that would end it. */
export function warnWhoLeaves(work: 'import' | 'export', isUnderWay: boolean): void {
  if (isUnderWay) underWay.add(work)
  else underWay.delete(work)
  if (underWay.size > 0) addEventListener('beforeunload', warn)
  else removeEventListener('beforeunload', warn)
}

const underWay = new Set<string>()

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault()
}
