declare global {
  interface Window {
    /** What the desktop app's window gives its page; absent in a browser. */
    readonly npsDesktop?: { pathOf(file: File): string }
  }
}

export interface Dropped {
  /** Where files and folders lie; only the desktop app's window knows that. */
  readonly paths: readonly string[]
  /** In a browser: the files themselves. */
  readonly files: readonly File[]
  /** Of the files: what is in a folder a page is not told. */
  readonly bytes: number
  /** In a browser: folders, which a page is given no files of. */
  readonly leftOut: number
}

/** Whether this page is told where files lie; a browser tells no page. */
export function knowsPaths(): boolean {
  return window.npsDesktop !== undefined
}

export function droppedFiles(transfer: DataTransfer): Dropped {
  const all = [...transfer.files]
  const bytes = all.reduce((sum, { size }) => sum + size, 0)
  const { npsDesktop } = window
  if (npsDesktop) {
    const paths = all.map((file) => npsDesktop.pathOf(file)).filter((path) => path !== '')
    return { paths, files: [], bytes, leftOut: 0 }
  }
  const items = [...transfer.items].filter(({ kind }) => kind === 'file')
  const files = items
    .filter((item) => item.webkitGetAsEntry()?.isDirectory !== true)
    .map((item) => item.getAsFile())
    .filter((file) => file !== null)
  return { paths: [], files, bytes, leftOut: items.length - files.length }
}

/** How many are being dragged: before the mouse lets go, a page is told no more of them. */
export function draggedCount(transfer: DataTransfer): number {
  return [...transfer.items].filter(({ kind }) => kind === 'file').length
}
