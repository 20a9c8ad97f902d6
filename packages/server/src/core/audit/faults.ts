/** What is wrong with the log: so that one fault, a million times over, is told in a few lines. */
export class Faults {
  readonly named: string[] = []
  more = 0

  add(seal: number, fault: string): void {
    if (this.named.length < mostNamed) this.named.push(`seal ${seal}: ${fault}`)
    else this.more++
  }

  /** @param first the first of some seals in a row, up to `last` */
  range(first: number, last: number, fault: string): void {
    if (first === last) this.add(first, fault)
    else this.add(first, `${fault}, and so is all up to seal ${last}`)
  }
}

const mostNamed = 20
