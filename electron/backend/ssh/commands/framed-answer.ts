/** Where one stream of a command is: what comes before and after belongs to the account's shell, not to us. */
class Stream {
  readonly #begin: Buffer
  readonly #end: Buffer
  #before = Buffer.alloc(0)
  readonly #inside: Buffer[] = []
  /** The last bytes of `#inside`, where the end mark may just be coming. */
  #tail = Buffer.alloc(0)
  state: 'before' | 'inside' | 'after' = 'before'

  constructor(begin: string, end: string) {
    this.#begin = Buffer.from(begin)
    this.#end = Buffer.from(end)
  }

  push(chunk: Buffer): void {
    if (this.state === 'before') {
      this.#before = Buffer.concat([this.#before, chunk])
      const at = this.#before.indexOf(this.#begin)
      if (at < 0) return
      const rest = this.#before.subarray(at + this.#begin.length)
      this.#before = this.#before.subarray(0, at)
      this.state = 'inside'
      return this.push(rest)
    }
    if (this.state === 'after') return
    this.#tail = Buffer.concat([this.#tail, chunk])
    // The exit code follows the mark, and a line break that.
    const at = this.#tail.indexOf(this.#end)
    if (at >= 0 && this.#tail.indexOf('\n', at + this.#end.length) >= 0) this.state = 'after'
    const keep = at >= 0 ? this.#tail.length - at : this.#end.length - 1
    if (this.#tail.length <= keep) return
    this.#inside.push(this.#tail.subarray(0, this.#tail.length - keep))
    this.#tail = this.#tail.subarray(this.#tail.length - keep)
  }

  /** What was said between the marks; before the first mark has come, all there is. */
  get text(): string {
    if (this.state === 'before') return this.#before.toString('utf8')
    const tail = this.state === 'after' ? [] : [this.#tail]
    return Buffer.concat([...this.#inside, ...tail]).toString('utf8')
  }

  /** What stands behind the end mark. */
  get code(): string | undefined {
    if (this.state !== 'after') return undefined
    return this.#tail.subarray(this.#end.length).toString('latin1').split('\n', 1)[0]
  }
}

/**
 * The answer of one script, taken out of everything that its ssh channel carries: an account's shell may greet, warn and
 * take leave on both streams. The script's own words stand between two marks that hold a number drawn for this call.
 */
export class FramedAnswer {
  readonly stdout: Stream
  readonly stderr: Stream

  constructor(nonce: string) {
    this.stdout = new Stream(beginMark(nonce), endMark(nonce))
    this.stderr = new Stream(beginMark(nonce), endMark(nonce))
  }

  /** The script ran: a shell of ours has spoken. */
  get hasBegun(): boolean {
    return this.stdout.state !== 'before'
  }

  /** Nothing more will come that matters. */
  get isWhole(): boolean {
    return this.stdout.state === 'after' && this.stderr.state === 'after'
  }

  /** As the script ended; null: it was ended, or has not ended. */
  get exitCode(): number | null {
    const { code } = this.stdout
    return code !== undefined && /^\d{1,3}$/.test(code) ? Number(code) : null
  }
}

/** What the remote shell prints first, on both streams, each on a line of its own. */
const beginMark = (nonce: string): string => `[${nonce}\n`
/** What it prints last, with the exit code behind. */
const endMark = (nonce: string): string => `${nonce}] `

/**
 * The one command line that every account's shell is given (sh, bash, zsh, fish, csh all read it alike: single quotes, and
 * neither `!` nor a backslash inside them). /bin/sh takes a script of `bytes` bytes from its input and runs it between the
 * marks; what follows in the input is left for the script, so dd reads byte by byte.
 */
export function framedCommand(nonce: string, bytes: number, notAskedExitCode: number): string {
  // The marks are made there, so that a list of processes, this command among them, does not hold one.
  // Options that came with the account's environment (SHELLOPTS) would change what scripts mean.
  return (
    `/bin/sh -c 'set +euxvfC; IFS= read -r n && [ "$n" = ${nonce} ] || exit ${notAskedExitCode}; ` +
    `echo "[$n"; echo "[$n" >&2; ( eval "$(dd bs=1 count=${bytes} 2>/dev/null)" ); c=$?; ` +
    `echo "$n] $c"; echo "$n] $c" >&2; exit $c'`
  )
}
