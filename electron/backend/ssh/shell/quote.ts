export { commandLine, shellWord as quote } from '@nps-desktop/relay-core/api'
