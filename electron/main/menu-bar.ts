import { Menu } from 'electron'
import type { MenuWords } from './menu-words.ts'

/** The menu bar: what the system expects there. The page has its own keys. */
export function setAppMenu(words: MenuWords): void {
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(process.platform === 'darwin'
        ? [{ role: 'appMenu' as const }, { role: 'fileMenu' as const }]
        : [
            {
              label: words.file,
              // Closing the window may leave the app in the tray, and some desktops show no tray.
              submenu: [{ role: 'quit' as const, label: words.quitShort, accelerator: 'Ctrl+Q' }],
            },
          ]),
      {
        label: words.edit,
        submenu: [
          { role: 'undo' },
          { role: 'redo' },
          { type: 'separator' },
          { role: 'cut' },
          { role: 'copy' },
          { role: 'paste' },
          // Ctrl+Shift+V: in a terminal Ctrl+V is the shell's
          { role: 'pasteAndMatchStyle' },
          { role: 'selectAll' },
        ],
      },
      {
        label: words.view,
        submenu: [
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { role: 'togglefullscreen' },
        ],
      },
      { label: words.window, role: 'windowMenu' },
    ]),
  )
}
