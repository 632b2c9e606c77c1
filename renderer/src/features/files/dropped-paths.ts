declare global {
  interface Window {
    /** What the desktop app's window gives its page; absent in a browser. */
    readonly npsDesktop?: { pathOf(file: File): string }
  }
}

/** Only the desktop app knows where on this computer a dropped file lies. */
export function canDrop(): boolean {
  return window.npsDesktop !== undefined
}

/** Where the dropped files and folders lie, and how large the files are: what is in a folder a page is not told. */
export function droppedPaths(transfer: DataTransfer): { paths: string[]; bytes: number } {
  const files = [...transfer.files]
  return {
    paths: files.map((file) => window.npsDesktop?.pathOf(file) ?? '').filter((path) => path !== ''),
    bytes: files.reduce((sum, { size }) => sum + size, 0),
  }
}

/** How many are being dragged: before the mouse lets go, a page is told no more of them. */
export function draggedCount(transfer: DataTransfer): number {
  return [...transfer.items].filter(({ kind }) => kind === 'file').length
}
