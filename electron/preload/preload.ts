import { ipcRenderer } from 'electron'

/**
 * Hands the page one MessagePort to the backend: once when it is loaded, and again when it asks
 * (the backend was restarted). It never grows with features.
 */
ipcRenderer.on('port', (event) => window.postMessage('nps-desktop:port', window.origin, event.ports))
window.addEventListener('message', (event) => {
  if (event.source === window && event.data === 'nps-desktop:connect') ipcRenderer.send('connect')
})
window.addEventListener('DOMContentLoaded', () => ipcRenderer.send('connect'))
