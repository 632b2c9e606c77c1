/** What a client that stands for a laptop for some minutes is called, so that whoever finds it on the server knows what it is. */
export function passingClientName(id: string): string {
  return `Setting up another laptop [${id}]`
}

/** Whether a client of a server is no lab box, but stands for a laptop for some minutes: this one, or another one. */
export function isPassingClient(name: string): boolean {
  return /^Setting up another laptop \[\w+\]$/.test(name)
}
