/** What the app asks of the library that finds, fetches and installs newer versions. One thing at a time. */
export interface UpdateSource {
  /**
   * The version that is offered at `address`, where it is newer than this one; null where it is not. Rejects with the library's own
   * error, which `failureOfUpdate` reads.
   */
  find(address: string): Promise<{ readonly version: string } | null>
  /**
   * Fetches what `find` found and verifies it. Nothing is kept of a file that does not match.
   * @param onPercent from 0 to 100
   */
  fetch(onPercent: (percent: number) => void): Promise<{ readonly file: string }>
  /** Ends what is under way; its promise rejects. */
  stop(): void
  /** Whether what `fetch` fetches takes this copy's place when the app quits; said before it is fetched. */
  installOnQuit(isOn: boolean): void
}
