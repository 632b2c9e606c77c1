import type { ErrorCode } from '@nps-desktop/electron/contract'

/** What is so, why, and what to do next: one of each for every code of the contract. */
export interface FailureText {
  title: string
  cause: string
  next: string
}

/**
 * Values in braces come with the failure or from the page that shows it; where neither knows one,
 * `words` has what to say instead.
 */
export const failures = {
  words: {
    host: 'the machine',
    server: 'the server',
    lab: 'the lab box',
    service: 'the service',
    name: 'it',
    user: 'this user',
    port: 'its port',
    target: 'its address',
    program: 'another program',
    range: 'the chosen range',
    expected: 'another one',
    actual: 'a new one',
    key: 'this value',
    detail: 'no details',
    said: 'nothing',
    seen: 'something else',
    path: 'its file',
    free: 'too little',
    need: 'more',
    processor: 'this one',
    system: 'this one',
    version: 'an older version',
    seconds: 'a few',
    jump: 'the jump host',
    provider: 'the provider',
  },

  // what became of the service behind the tunnel
  'target-refused': {
    title: '{service} is not running on {lab}.',
    cause: 'The lab box answers, but nothing listens on {target}.',
    next: 'Start it on the lab box; the tunnel is ready as soon as it listens.',
  },
  'target-timeout': {
    title: '{target} does not answer on {lab}.',
    cause: 'The lab box tried and heard nothing, so a firewall drops it or the address is wrong.',
    next: 'Check the address, or whether that machine is on.',
  },
  'target-unreachable': {
    title: '{lab} cannot reach {target}.',
    cause: 'Its network has no way to this address.',
    next: 'Check the address in the settings of the tunnel.',
  },
  'target-unknown-host': {
    title: '{lab} knows no machine called {host}.',
    cause: 'The name in {target} is not known in its network.',
    next: 'Use a numeric address, or correct the name.',
  },
  'target-denied': {
    title: '{lab} does not allow {target}.',
    cause: 'Its npc was told which addresses may be reached, and this is not one of them.',
    next: 'Allow it there, or choose another address.',
  },

  'target-missing': {
    title: '{lab} has no folder {target}.',
    cause: 'It is not there, or its npc may not read it.',
    next: 'Make it there, or correct the tunnel.',
  },

  // the lab box's link to the server
  'agent-offline': {
    title: '{lab} is offline.',
    cause: 'Its network stopped answering or it is switched off; the server is fine.',
    next: 'It comes back by itself. If not: is it on, does it reach the internet, is npc running?',
  },
  'agent-replaced': {
    title: '{lab} signed in from somewhere else.',
    cause: 'Another npc with the same key came later, and the newer one stays.',
    next: 'Stop one of the two, or give each its own lab box here.',
  },
  'agent-silent': {
    title: '{lab} stopped answering.',
    cause: 'The server still has its connection, but nothing comes through it.',
    next: 'It is dropped within seconds and connects again by itself.',
  },

  // proving who is who
  'wrong-key': {
    title: '{server} does not know this key.',
    cause: 'The lab box was removed on the server, or its key was changed.',
    next: 'Copy its command again and restart npc with it.',
  },
  'wrong-admin-key': {
    title: '{server} did not accept the admin key.',
    cause: 'It was changed on the server, or copied incompletely.',
    next: 'Run “nps connect” on the server and paste what it prints.',
  },
  'wrong-password': {
    title: '{server} knows no private tunnel with this password.',
    cause: 'The tunnel is stopped or removed, or its password was changed.',
    next: 'Copy the command of the tunnel again.',
  },
  'agent-fingerprint-changed': {
    title: '{lab} shows a different identity.',
    cause:
      'Expected {expected}, got {actual}. Either npc was set up anew there, or the server stands in between. Nothing was sent.',
    next: 'Compare with “npc status” on the lab box itself. If npc was set up anew there, remove the tunnel and add it again.',
  },
  'agent-unproved': {
    title: '{lab} has not proved itself.',
    cause: 'What answered behind the server does not know the password of the private tunnel.',
    next: 'Try again; if it stays, do not trust the server before you know why.',
  },
  'fingerprint-changed': {
    title: '{server} shows a different identity.',
    cause:
      'Expected {expected}, got {actual}. Either nps was installed anew, or someone is in between. Nothing was sent.',
    next: 'If you installed it anew, connect again with its new identity.',
  },
  'client-disabled': {
    title: '{lab} is switched off on {server}.',
    cause: 'Someone disabled it there.',
    next: 'Enable it, and it comes back by itself.',
  },
  'version-unsupported': {
    title: '{name} runs a version that does not fit.',
    cause: 'It speaks {version}, which this one cannot.',
    next: 'Update nps on the server and npc on the lab box.',
  },
  'handshake-timeout': {
    title: '{server} answered too slowly.',
    cause: 'The connection was opened, but signing in took over {seconds} s.',
    next: 'Check again; if it stays, the network between is very slow or holds the connection.',
  },
  'too-many-connections': {
    title: '{server} has too many connections.',
    cause: 'More are waiting to sign in than it allows, from this address or in all.',
    next: 'Wait a minute and check again.',
  },

  // ports and tunnels
  'port-taken': {
    title: 'Port {port} is taken on {server}.',
    cause: '{program} listens there.',
    next: 'Use another port.',
  },
  'port-not-allowed': {
    title: 'Port {port} is outside the range for tunnels.',
    cause: '{server} allows {range}.',
    next: 'Choose one of these, or widen the range in nps.conf.',
  },
  'host-not-allowed': {
    title: '{host} is not a name that this lab box may bring.',
    cause: 'Another lab box has it, or a part of it, or the server allows this one other names only.',
    next: 'Choose another name in npc.conf, or allow it on the server.',
  },
  'port-forbidden': {
    title: '{server} may not open port {port}.',
    cause: 'The system forbids it to nps; ports under 1024 need root.',
    next: 'Choose a port above 1023.',
  },
  'no-free-port': {
    title: 'No port is free on {server}.',
    cause: 'Every port of {range} is taken.',
    next: 'Widen the range, or remove a tunnel.',
  },
  'tunnel-stopped': {
    title: 'This tunnel is paused.',
    cause: 'Its port on the server is closed.',
    next: 'Start it.',
  },
  'mode-unsupported': {
    title: '{server} cannot do this kind of tunnel.',
    cause: 'Its nps is an older version.',
    next: 'Update it on its page.',
  },
  'quota-used': {
    title: 'The traffic limit is used up.',
    cause: 'As many bytes have passed as were allowed.',
    next: 'Raise the limit on the server.',
  },
  expired: {
    title: 'Its time is over.',
    cause: 'It was set up to last until a date that has passed.',
    next: 'Set a later date on the server.',
  },
  'address-denied': {
    title: 'Your address is not let in.',
    cause: 'The list of addresses for this tunnel keeps it out.',
    next: 'Change the list on the server, or connect from elsewhere.',
  },
  'hosts-off': {
    title: '{server} opens no port for web hosts.',
    cause: 'Its nps.conf sets neither http_proxy_port nor https_proxy_port.',
    next: 'Set one there, open it in the security group, and reload.',
  },
  'certificate-invalid': {
    title: 'The certificate of this host cannot be used.',
    cause: '{path} on {server} cannot be read, is no PEM file, or does not fit its key.',
    next: 'Correct the path or the file, then try again.',
  },

  // asking the server
  'not-found': {
    title: 'This is no longer there.',
    cause: 'It was removed meanwhile, here or elsewhere.',
    next: 'Go back; the lists show what there is.',
  },
  'already-exists': {
    title: 'This exists already.',
    cause: '{name} is in use.',
    next: 'Choose another name.',
  },
  'invalid-input': {
    title: 'This value cannot be used.',
    cause: '{detail}',
    next: 'Correct it and try again.',
  },
  'login-required': {
    title: 'Sign in first.',
    cause: 'This session has ended.',
    next: 'Sign in again; nothing was lost.',
  },
  'login-failed': {
    title: 'User or password is wrong.',
    cause: 'Both stand in nps.conf on the server.',
    next: 'Try again; after ten failures in a minute this address has to wait.',
  },
  'login-locked': {
    title: 'Too many failed sign-ins from this address.',
    cause: 'The server waits so that nobody can guess passwords.',
    next: 'Try again in a minute.',
  },
  'config-invalid': {
    title: 'nps.conf has a wrong value.',
    cause: '{detail}',
    next: 'Correct it; nothing was saved.',
  },
  'config-changed': {
    title: 'nps.conf was changed meanwhile.',
    cause: 'Someone saved it after you opened it here.',
    next: 'Load it again, then make your change.',
  },
  'not-possible-here': {
    title: 'This cannot be done on {server}.',
    cause: '{detail}',
    next: 'Do it by hand there; the details say what is missing.',
  },
  'relay-unreachable': {
    title: '{server} does not answer on port {port}.',
    cause: 'It is switched off, nps is not running, or its security group blocks the port.',
    next: 'It is tried again by itself. Check that the server is on and the port is open.',
  },
  'relay-answer-invalid': {
    title: '{server} answers in a way that cannot be understood.',
    cause:
      'Its nps is of another version, or it is not what it claims to be. Nothing of the answer was used.',
    next: 'Set the server up again to bring its nps up to date.',
  },
  timeout: {
    title: 'No answer in time.',
    cause: '{host} took too long.',
    next: 'Check again.',
  },
  'limit-reached': {
    title: 'There is no room for more.',
    cause: '{detail}',
    next: 'Remove something first.',
  },

  // reaching a machine by ssh
  'ssh-unreachable': {
    title: '{host} cannot be reached.',
    cause: 'Its network has no way to it from here.',
    next: 'Check the address, and whether this needs a VPN or a jump host.',
  },
  'ssh-refused': {
    title: '{host} refuses connections on port {port}.',
    cause: 'The machine is on, but no ssh server listens there.',
    next: 'Check the ssh port; the provider may have given another one.',
  },
  'ssh-timeout': {
    title: '{host} does not answer on port {port}.',
    cause:
      'No answer in time, so the address is wrong, the machine is off, or its security group blocks SSH.',
    next: 'Check these three, then try again.',
  },
  'ssh-unknown-host': {
    title: 'No machine is called {host}.',
    cause: 'The name is not known here.',
    next: 'Check the spelling, or use the numeric address.',
  },
  'ssh-not-ssh': {
    title: 'Something else answers on port {port} of {host}.',
    cause: 'It does not speak ssh.',
    next: 'Check the ssh port.',
  },
  'ssh-lost': {
    title: 'The connection to {host} broke.',
    cause: 'The network changed, or the machine went away.',
    next: 'Try again; what is done is kept.',
  },
  'ssh-jump-failed': {
    title: 'The jump host {jump} cannot reach {host}.',
    cause: 'You are signed in at the jump host; the way on from there is closed.',
    next: 'Check the address as the jump host sees it.',
  },
  'host-key-unconfirmed': {
    title: 'The host key of {host} is not confirmed.',
    cause: 'Nothing secret is sent before you have compared it.',
    next: 'Compare the fingerprint, then confirm it.',
  },
  'host-key-changed': {
    title: '{host} shows a different host key.',
    cause:
      'Expected {expected}, got {actual}. Either the machine was reinstalled, or someone is in between. Nothing was sent.',
    next: 'Accept the new key only if you know why it changed.',
  },
  'login-rejected': {
    title: '{host} did not let {user} in.',
    cause: 'It did not accept this password or key, or this user may not sign in.',
    next: 'Try another password or key. Some servers let root in by key only.',
  },
  'key-passphrase-needed': {
    title: 'This key is locked by a passphrase.',
    cause: 'It was not given, or it is wrong.',
    next: 'Enter the passphrase.',
  },
  'key-unreadable': {
    title: 'This key cannot be read.',
    cause: 'It is not a private key, or its format is not known: {detail}.',
    next: 'Choose the private key, not the .pub file.',
  },
  'agent-unavailable': {
    title: 'No ssh-agent answers on this computer.',
    cause: 'None is running, or it holds no key.',
    next: 'Start it and add a key, or use a key file.',
  },

  // what the machine is
  'sudo-missing': {
    title: '{user} cannot become root on {host}.',
    cause: 'sudo is not installed, or this user may not use it.',
    next: 'Install without root: it runs as a service of {user}, on ports above 1023.',
  },
  'sudo-password-needed': {
    title: 'sudo asks for a password on {host}.',
    cause: 'Installing a service for all users needs root.',
    next: 'Enter the password of {user}; it is asked once.',
  },
  'sudo-password-rejected': {
    title: 'sudo did not accept the password.',
    cause:
      'The sign-in itself worked; sudo may have its own password, or {user} may not be allowed to use it.',
    next: 'Try another password, or install without root.',
  },
  'platform-unsupported': {
    title: '{host} is not a Linux machine.',
    cause: 'It runs {system}.',
    next: 'Use a Linux machine; any distribution will do.',
  },
  'processor-unsupported': {
    title: 'There is no program for the processor of {host}.',
    cause: 'It is {processor}; there are programs for x86-64 and arm64.',
    next: 'Use another machine.',
  },
  'libc-too-old': {
    title: 'The system of {host} is too old.',
    cause: 'Its C library is {version}; 2.17 or later is needed.',
    next: 'Update the system, or use another machine.',
  },
  'disk-full': {
    title: 'Disk full on {host}.',
    cause: '{free} free, {need} needed. Nothing was changed.',
    next: 'Make room there and check again.',
  },
  'memory-low': {
    title: '{host} has too little memory.',
    cause: '{free} free, {need} needed.',
    next: 'End something there, or add swap.',
  },
  'clock-wrong': {
    title: 'The clock of {host} is wrong.',
    cause: 'It is {detail} away from this computer’s.',
    next: 'Turn on time synchronisation there.',
  },
  'laptop-port-taken': {
    title: 'Port {port} of this laptop is taken.',
    cause: 'Another program listens there.',
    next: 'Give the tunnel another port, or end that program.',
  },
  'port-in-use': {
    title: 'Port {port} is taken on {host}.',
    cause: '{program} listens there.',
    next: 'Use another port, or stop that program.',
  },

  // installing
  'upload-failed': {
    title: 'The upload to {host} broke off.',
    cause: '{detail}',
    next: 'Try again; nothing half done is left there.',
  },
  'upload-corrupt': {
    title: 'The program did not arrive whole on {host}.',
    cause: 'Its checksum differs from the one sent.',
    next: 'Try again; the broken copy was deleted.',
  },
  'program-missing': {
    title: 'This app has no program for {host}.',
    cause: 'The file {path} is missing from it.',
    next: 'Install the app again.',
  },
  'program-wrong-processor': {
    title: 'The program does not start on {host}.',
    cause: 'It was built for another processor; this one is {processor}.',
    next: 'Install this app again, then try again: the right program is uploaded then.',
  },
  'program-not-allowed': {
    title: '{host} lets no program run from its folder.',
    cause: 'The disk under it is mounted with noexec.',
    next: 'Sign in as another user, or ask who looks after the machine to allow programs there.',
  },
  'system-too-old': {
    title: '{host} is too old for the program.',
    cause: 'A part of its system is missing or older than 2012: {said}',
    next: 'Update the machine, or use another one.',
  },
  'program-killed': {
    title: '{host} ended the program at once.',
    cause: 'Mostly that is for want of memory.',
    next: 'Close other programs there, then try again.',
  },
  'program-will-not-start': {
    title: 'The program does not start on {host}.',
    cause: 'It said: {said}',
    next: 'Put that right on the machine, then try again.',
  },
  'service-failed': {
    title: 'The service did not start on {host}.',
    cause: '{detail}',
    next: 'The details hold its last lines; then try again.',
  },
  'config-write-failed': {
    title: 'nps.conf could not be written on {host}.',
    cause: '{detail}',
    next: 'Check the rights of {path}, then try again.',
  },
  'relay-not-listening': {
    title: 'nps runs on {host}, but does not listen on port {port}.',
    cause: '{detail}',
    next: 'Try again; its log on the server page says more.',
  },
  'agent-not-online': {
    title: '{lab} did not come online.',
    cause: 'npc runs there, but the server has not heard from it.',
    next: 'Check that {lab} can reach {server} on port {port}.',
  },

  // ports
  'bridge-blocked': {
    title: 'Port {port} gets no answer from this laptop.',
    cause: 'nps listens there; something in front of it drops the connection.',
    next: 'Open this port in the security group or firewall, then check again.',
  },
  'ports-blocked-by-host-firewall': {
    title: 'Ports {range} are closed on {host}.',
    cause: "The server's own firewall closes them.",
    next: 'Open them: one rule is added, the one for SSH is not touched.',
  },
  'ports-blocked-by-security-group': {
    title: 'Ports {range} get no answer.',
    cause: 'The security group of {provider} drops them before they reach the server.',
    next: 'Add the inbound rule TCP {range} from 0.0.0.0/0.',
  },
  'ports-blocked-somewhere': {
    title: 'Ports {range} get no answer.',
    cause: 'They are dropped on the way, and not by the server itself.',
    next: 'Look for a security group or firewall at the provider of the server.',
  },
  'firewall-change-refused': {
    title: 'The firewall of {host} was not changed.',
    cause: '{detail}',
    next: 'Add the rule by hand; it is shown to copy.',
  },

  // the rest
  'laptop-offline': {
    title: 'This laptop is offline.',
    cause: 'It has no network, so nothing can be checked.',
    next: 'Everything is checked at once when it is back.',
  },
  'server-identity-changed': {
    title: '{server} shows a different identity.',
    cause:
      'Expected {expected}, got {actual}. Either nps was installed anew, or someone is in between. Nothing was sent.',
    next: 'If you installed it anew, set it up again here.',
  },
  'service-wrong': {
    title: 'Something else answers on {target}.',
    cause: 'It is not {service}: it says “{seen}”.',
    next: 'Check which program listens there, and correct the address.',
  },
  'service-silent': {
    title: '{service} on {lab} accepts, but says nothing.',
    cause: 'The connection to {target} opens, and no answer comes.',
    next: 'It may still be starting, or it hangs: restart it there.',
  },
  'secret-unreadable': {
    title: 'A saved password cannot be read any more.',
    cause: 'The key that sealed it is gone from this computer.',
    next: 'Enter it again.',
  },
  'storage-failed': {
    title: 'The app cannot write its data.',
    cause: '{detail}',
    next: 'Make room on this computer, or check the rights of the data folder.',
  },
  cancelled: {
    title: 'Stopped.',
    cause: 'You stopped it.',
    next: 'Run it again whenever you like; it goes on from there.',
  },
  busy: {
    title: 'Something is already running for {name}.',
    cause: 'Two changes at once would get in each other’s way.',
    next: 'Wait until it is done, or stop it.',
  },
  internal: {
    title: 'Something went wrong in the app.',
    cause: '{detail}',
    next: 'Try again. If it stays, save a report and send it to us.',
  },
} satisfies Record<ErrorCode, FailureText> & { words: Record<string, string> }
