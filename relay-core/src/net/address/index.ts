export { formatHostPort, parseHostPort, type HostPort } from './host-port.ts'
export { hostOf } from './plain-address.ts'
export { dialledAddress, procAddress } from './proc-address.ts'
