let wanted

export function initialize(data) {
  wanted = data
}

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context)
  return url.endsWith(wanted.file)
    ? { ...loaded, source: rewritten(String(loaded.source)) }
    : loaded
}

function rewritten(source) {
  return wanted.replacements.reduce((text, [there, instead]) => {
    const [before, after, ...more] = text.split(there)
    if (after === undefined || more.length > 0) {
      throw new Error(`${wanted.file} has not one ${there}`)
    }
    return before + instead + after
  }, source)
}
