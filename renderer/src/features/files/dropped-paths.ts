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

/** Where the dropped files and folders lie. */
export function droppedPaths(transfer: DataTransfer): string[] {
  return [...transfer.files]
    .map((file) => window.npsDesktop?.pathOf(file) ?? '')
    .filter((path) => path !== '')
}

/** How many are being dragged: before the mouse lets go, a page is told no more of them. */
export function draggedCount(transfer: DataTransfer): number {
  return [...transfer.items].filter(({ kind }) => kind === 'file').length
}
