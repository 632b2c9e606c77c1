import { contextBridge, ipcRenderer, webUtils } from 'electron'

// where on this computer a file that was dropped on the page lies: the page itself is not told
contextBridge.exposeInMainWorld('npsDesktop', { pathOf: (file: File) => webUtils.getPathForFile(file) })

/**
 * Hands the page one MessagePort to the backend: once when it is loaded, and again when it asks
 * (the backend was restarted). All else goes through it.
 */
ipcRenderer.on('port', (event) => window.postMessage('nps-desktop:port', window.origin, event.ports))
window.addEventListener('message', (event) => {
  if (event.source === window && event.data === 'nps-desktop:connect') ipcRenderer.send('connect')
})
window.addEventListener('DOMContentLoaded', () => ipcRenderer.send('connect'))
