/** A running sum of what a parser has said, to compare two runs without keeping either. */
export class Trace {
  #sum = 0x811c9dc5
  #count = 0

  number(value: number): void {
    this.#sum = Math.imul(this.#sum ^ (value >>> 0), 0x01000193)
    this.#count++
  }

  bytes(value: Uint8Array): void {
    for (let at = 0; at < value.length; at++) this.#sum = Math.imul(this.#sum ^ (value[at] ?? 0), 0x01000193)
    this.#count += value.length
  }

  get result(): string {
    return `${this.#count} ${(this.#sum >>> 0).toString(16)}`
  }
}
