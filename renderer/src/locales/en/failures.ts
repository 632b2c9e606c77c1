import type { ErrorCode } from '@nps-desktop/electron/contract'

/** What happened, why, and what to do next: one of each per code of the contract. */
export interface FailureText {
  title: string
  cause: string
  next: string
  /** The same without the values that this failure may lack. */
  without?: { title?: string; cause?: string; next?: string }
}

/**
 * Values in braces are the failure's own, by `failureParams` of the contract; `detail` is its English sentence.
 * `subjects` are the general words for the four things whose names may not be known.
 */
export const failures = {
  subjects: { host: 'the machine', server: 'the server', lab: 'the lab box', service: 'the service' },

  // the service behind the tunnel
  'target-refused': {
    title: '{service} is not running on {lab}.',
    cause: 'The lab box answers, but nothing listens on {target}.',
    next: 'Start it on the lab box; the tunnel is ready as soon as it listens.',
    without: { cause: 'The lab box answers, but nothing listens at the address of the tunnel.' },
  },
  'target-timeout': {
    title: '{target} does not answer on {lab}.',
    cause: 'The lab box tried and heard nothing, so a firewall drops it or the address is wrong.',
    next: 'Check the address, or whether that machine is on.',
    without: { title: 'The address of the tunnel does not answer on {lab}.' },
  },
  'target-unreachable': {
    title: '{lab} cannot reach {target}.',
    cause: 'Its network has no route to this address.',
    next: 'Check the address in the settings of the tunnel.',
    without: { title: '{lab} cannot reach the address of the tunnel.' },
  },
  'target-unknown-host': {
    title: '{lab} does not know a machine called {host}.',
    cause: 'The name in {target} is not known in its network.',
    next: 'Use a numeric address, or correct the name.',
    without: {
      title: '{lab} does not know the name that the tunnel leads to.',
      cause: 'The name is not known in its network.',
    },
  },
  'target-denied': {
    title: '{lab} does not allow {target}.',
    cause: 'Its npc was told which addresses may be reached, and this is not one of them.',
    next: 'Allow it there, or choose another address. If you did not choose this one, find out who changed the tunnel on the server.',
    without: { title: '{lab} does not allow the address of the tunnel.' },
  },

  'target-missing': {
    title: '{lab} has no folder {target}.',
    cause: 'It does not exist, or npc is not allowed to read it.',
    next: 'Create it there, or correct the path in the settings of the tunnel.',
    without: { title: '{lab} does not have the folder of the tunnel.' },
  },

  // the lab box's link to the server
  'agent-offline': {
    title: '{lab} is offline.',
    cause: 'Its network stopped answering or it is switched off; the server is fine.',
    next: 'It reconnects on its own. If it does not, check that it is on, that it can reach the internet, and that npc is running.',
  },
  'agent-replaced': {
    title: 'Another machine has taken the place of {lab}.',
    cause: 'It signed in with the same key: {lab} is now {address}. Before, it was {before}.',
    next: 'If this was not intended, stop npc on one of the two machines, or add a second lab box here for it.',
    without: { cause: 'Another npc signed in later with the same key, and the newer connection is kept.' },
  },
  'agent-silent': {
    title: '{lab} stopped answering.',
    cause: 'The server still has its connection, but nothing comes through it.',
    next: 'The connection is dropped within seconds, and npc reconnects on its own.',
  },
  'agent-outdated': {
    title: 'The npc on {lab} is too old for this tunnel.',
    cause: 'It cannot lead into the lab’s network for one laptop alone.',
    next: 'Update npc on {lab}: the page of the server does it. The tunnels of the lab box pause for some seconds.',
  },

  // identities and keys
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
    title: '{server} has no private tunnel with this password.',
    cause: 'The tunnel is stopped or removed, or its password was changed.',
    next: 'Copy the command of the tunnel again.',
  },
  'agent-fingerprint-changed': {
    title: '{lab} shows a different identity.',
    cause:
      'Expected {expected}, got {actual}. Either npc was reinstalled there, or the server is intercepting the connection. Nothing was sent.',
    next: 'Compare with “npc status” on the lab box itself. If the two match, accept the new one.',
    without: {
      cause:
        'Either npc was reinstalled there, or the server is intercepting the connection. Nothing was sent.',
    },
  },
  'agent-unproved': {
    title: '{lab} has not proved its identity.',
    cause: 'What answered behind the server does not know the password of the private tunnel.',
    next: 'Try again. If the problem persists, do not trust the server until you know why.',
  },
  'fingerprint-changed': {
    title: '{server} shows a different identity.',
    cause:
      'Expected {expected}, got {actual}. Either nps was reinstalled, or someone is intercepting the connection. Nothing was sent.',
    next: 'If you reinstalled it, connect again with its new identity.',
    without: {
      cause: 'Either nps was reinstalled, or someone is intercepting the connection. Nothing was sent.',
    },
  },
  'client-disabled': {
    title: '{lab} is disabled on {server}.',
    cause: 'Someone disabled it there.',
    next: 'Enable it, and it reconnects on its own.',
  },
  'client-in-use': {
    title: '{lab} is online from another machine.',
    cause: 'Two machines use its key, and the newer connection is kept.',
    next: 'Stop npc on one of the two, or add a second lab box here for it.',
  },
  'version-unsupported': {
    title: 'The versions of nps and npc do not fit together.',
    cause: 'One of them is too old for what the other one needs.',
    next: 'Update nps on the server and npc on the lab box.',
  },
  'handshake-timeout': {
    title: '{server} answered too slowly.',
    cause: 'The connection was opened, but the sign-in got no answer in time.',
    next: 'Check again. If the problem persists, the network in between is very slow or blocks the connection.',
  },
  'too-many-connections': {
    title: '{server} has too many connections.',
    cause: 'More connections are waiting to sign in than it allows, from this address or in total.',
    next: 'Wait a minute and check again.',
  },

  // ports and tunnels
  'port-taken': {
    title: 'Port {port} is taken on {server}.',
    cause: 'The tunnel “{holder}” uses it.',
    next: 'Use another port.',
    without: { title: 'The port is taken on {server}.', cause: 'Another program or tunnel uses it.' },
  },
  'port-not-allowed': {
    title: 'Port {port} is outside the range for tunnels.',
    cause: '{server} allows {allowPorts}.',
    next: 'Choose one of these, or widen the range in nps.conf.',
    without: {
      title: 'The port is outside the range for tunnels.',
      cause: '{server} allows other ports only.',
    },
  },
  'host-not-allowed': {
    title: 'This lab box may not use the name {host}.',
    cause: 'Another lab box uses it or a part of it, or the server allows this lab box other names only.',
    next: 'Choose another name in npc.conf, or allow it on the server.',
    without: { title: 'This lab box may not use that name.' },
  },
  'port-forbidden': {
    title: 'nps may not open port {port} on {server}.',
    cause: 'The system forbids it; ports below 1024 need root.',
    next: 'Choose a port above 1023.',
    without: { title: 'nps may not open this port on {server}.' },
  },
  'no-free-port': {
    title: 'No port is free on {server}.',
    cause: 'Every port of {range} is taken.',
    next: 'Widen the range, or remove a tunnel.',
    without: { cause: 'Every port for tunnels is taken or closed.' },
  },
  'tunnel-stopped': {
    title: 'This tunnel is paused.',
    cause: 'Its port on the server is closed.',
    next: 'Start it.',
  },
  'mode-unsupported': {
    title: '{server} does not support this kind of tunnel.',
    cause: 'Its nps is an older version.',
    next: 'Update it from the page of the server.',
  },
  'direct-off': {
    title: 'Direct ways are switched off on {server}.',
    cause: 'Its nps.conf says direct_links=false.',
    next: 'It goes through the server.',
  },
  'direct-limited': {
    title: 'What has a limit goes through the server.',
    cause: 'The tunnel or its lab box has a limit, a quota, a list of addresses or several targets.',
    next: 'Take it away if you want the direct way.',
  },
  'direct-declined': {
    title: '{lab} takes no direct ways.',
    cause: 'Its npc was started with -direct=no, or is told to reach the server by way of another machine.',
    next: 'It goes through the server.',
  },
  'quota-used': {
    title: 'The traffic limit is used up.',
    cause: 'All the traffic that was allowed has been used.',
    next: 'Raise the limit on the server.',
  },
  expired: {
    title: 'It has expired.',
    cause: 'The date until which it was allowed has passed.',
    next: 'Set a later date on the server.',
  },
  'address-denied': {
    title: 'Your address is not allowed.',
    cause: 'The list of addresses for this tunnel does not include it.',
    next: 'Change the list on the server, or connect from elsewhere.',
  },
  'hosts-off': {
    title: '{server} opens no port for web hosts.',
    cause: 'Its nps.conf sets neither http_proxy_port nor https_proxy_port.',
    next: 'Set one there, open it in the security group, and reload.',
  },
  'certificate-invalid': {
    title: 'The certificate of this host cannot be used.',
    cause: '{path} on {server} cannot be read, is not a PEM file, or does not match its key.',
    next: 'Correct the path or the file, then try again.',
    without: { cause: 'A file on {server} cannot be read, is not a PEM file, or does not match its key.' },
  },

  // asking the server
  'not-found': {
    title: 'This is no longer there.',
    cause: 'It has been removed in the meantime, here or elsewhere.',
    next: 'Go back; the lists show what is there now.',
  },
  'already-exists': {
    title: 'This already exists.',
    cause: '{name} is in use.',
    next: 'Choose another name.',
    without: { cause: 'Something with the same name, key or address already exists.' },
  },
  'invalid-input': {
    title: 'This value cannot be used.',
    cause: 'The reason: {detail}',
    next: 'Correct it and try again.',
  },
  'login-required': {
    title: 'Sign in first.',
    cause: 'This session has ended.',
    next: 'Sign in again; nothing was lost.',
  },
  'login-failed': {
    title: 'User or password is wrong.',
    cause: 'Both are set in nps.conf on the server.',
    next: 'Try again; after ten failures in a minute this address has to wait.',
  },
  'login-locked': {
    title: 'Too many failed sign-ins from this address.',
    cause: 'The server waits so that nobody can guess passwords.',
    next: 'Try again in {seconds} s.',
    without: { next: 'Try again in a minute.' },
  },
  'config-invalid': {
    title: 'nps.conf has a wrong value.',
    cause: 'The reason: {detail}',
    next: 'Correct it; nothing was saved.',
  },
  'config-changed': {
    title: 'nps.conf has been changed in the meantime.',
    cause: 'Someone saved it after you opened it here.',
    next: 'Load it again, then make your change.',
  },
  'not-possible-here': {
    title: 'This cannot be done here.',
    cause: 'The reason: {detail}',
    next: 'Do it by hand on the machine itself, or update this app if nps there is newer.',
  },
  'relay-unreachable': {
    title: '{server} does not answer on port {port}.',
    cause: 'It is switched off, nps is not running, or its security group blocks the port.',
    next: 'The app keeps trying. Check that the server is on and the port is open.',
    without: { title: '{server} does not answer.' },
  },
  'relay-answer-invalid': {
    title: 'The answer of {server} cannot be understood.',
    cause:
      'It runs another version of nps, or it is not what it claims to be. Nothing in the answer was used.',
    next: 'Bring the older of the two up to date: this app, or nps by setting the server up again.',
  },
  timeout: {
    title: 'No answer in time.',
    cause: '{host} took too long.',
    next: 'Check again.',
    without: { cause: 'The other side took too long.' },
  },
  'limit-reached': {
    title: 'There is no room for more.',
    cause: 'At most {limit} are allowed.',
    next: 'Remove something first.',
    without: { cause: 'The allowed number has been reached.' },
  },

  // reaching a machine by ssh
  'ssh-unreachable': {
    title: '{host} cannot be reached.',
    cause: 'There is no route to it from here.',
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
  'ssh-private-network': {
    title: '{host} does not answer from this laptop.',
    cause: 'It is an address of a private network: this laptop is not in it, or its VPN is not connected.',
    next: 'Connect the VPN, or go through another machine. A lab box can be added by a pasted line instead, which needs no connection from here.',
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
    title: 'The connection to {host} was lost.',
    cause: 'The network changed, or the machine went away.',
    next: 'Try again; what was done so far is kept.',
  },
  'ssh-jump-failed': {
    title: 'The jump host {jump} cannot reach {host}.',
    cause: 'You are signed in to the jump host, but it cannot connect any further.',
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
      'Expected {expected}, got {actual}. Either the machine was reinstalled, or someone is intercepting the connection. Nothing was sent.',
    next: 'Accept the new key only if you know why it changed.',
    without: {
      cause:
        'It no longer shows the key {expected}. Either the machine was reinstalled, or someone is intercepting the connection. Nothing was sent.',
    },
  },
  'login-rejected': {
    title: '{host} did not let {user} in.',
    cause: 'It did not accept the sign-in. It says: {said}',
    next: 'Try another password or key. Some servers let root in by key only.',
    without: { cause: 'It did not accept this password or key, or this user may not sign in.' },
  },
  'login-needs-more': {
    title: '{host} asks {user} for another sign-in step.',
    cause: 'It accepted the first part ({accepted}) and asks for another: {methods}.',
    next: 'Use an account that needs only one of them. A lab box can be added by a pasted line instead, which needs no sign-in.',
  },
  'login-other-user': {
    title: '{host} does not let anyone work as {user}.',
    cause: 'It says: {said}',
    next: 'Sign in as {other}.',
  },
  'second-factor-needed': {
    title: '{host} asks {user} for a second factor.',
    cause: 'Its question is “{prompt}”, and nobody has answered it.',
    next: 'Sign in and answer it; one answer is enough for all that this app does there.',
  },
  'second-factor-rejected': {
    title: '{host} did not accept what was typed for {user}.',
    cause:
      'A code is good for half a minute or so, and once only. It may also be the saved password that is wrong.',
    next: 'Sign in with a new code.',
  },
  'password-expired': {
    title: 'The password of {user} on {host} has expired.',
    cause: 'It says: {said}',
    next: 'Sign in once in a terminal and choose a new one. Then enter it here.',
    without: { cause: 'It wants a new one before anything else.' },
  },
  'shell-refused': {
    title: '{host} lets {user} sign in, but not run commands.',
    cause: 'It says: {said}',
    next: 'Use another account: this one has no shell, or is for files only.',
    without: { cause: 'It gave no reason.' },
  },
  'ssh-session-refused': {
    title: '{host} opens no session for {user}.',
    cause: 'You are signed in, but a command is refused: {said}',
    next: 'Use another account, or ask the administrator of the machine.',
  },
  'key-passphrase-needed': {
    title: 'This key is protected by a passphrase.',
    cause: 'It was not given, or it is wrong.',
    next: 'Enter the passphrase.',
  },
  'key-is-public': {
    title: 'This is a public key.',
    cause: 'Anyone may know it, so it cannot be used to sign in.',
    next: 'Choose the private one: the file of the same name without .pub.',
  },
  'key-format-unsupported': {
    title: 'This key has a format that the app cannot read.',
    cause: 'It is {format}.',
    next: 'This command converts it into one that the app can read: {command}',
  },
  'key-unreadable': {
    title: 'This key cannot be read.',
    cause: 'It is not a private key, or its format is not known: {reason}.',
    next: 'Choose the private key, not the .pub file.',
  },
  'agent-unavailable': {
    title: 'No ssh-agent answers on this laptop.',
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
    title: 'Nothing can be set up on the system of {host}.',
    cause: 'It runs {os}.',
    next: 'A server has to run Linux, a lab box Linux, macOS or Windows.',
  },
  'processor-unsupported': {
    title: 'There is no program for the processor of {host}.',
    cause: 'It is {processor}; there are programs for x86-64 and arm64.',
    next: 'Use another machine.',
  },
  'libc-too-old': {
    title: 'The system of {host} is too old.',
    cause: 'Its C library is {libc}; {needed} or later is needed.',
    next: 'Update the system, or use another machine.',
  },
  'disk-full': {
    title: 'Disk full on {host}.',
    cause: '{freeBytes} free in {path}, {neededBytes} needed. Nothing was changed.',
    next: 'Make room there, then check again.',
    without: { cause: 'There is no space left. Nothing was changed.' },
  },
  'state-locked': {
    title: 'The server’s data is locked.',
    cause: 'Another program, such as a backup, has locked {path}. Nothing was changed; tunnels keep working.',
    next: 'Try again when that program is done.',
    without: {
      cause: 'Another program, such as a backup, has locked it. Nothing was changed; tunnels keep working.',
    },
  },
  'state-unwritable': {
    title: 'The server cannot write its data.',
    cause: 'Writing {path} fails: {reason}. Nothing was changed; tunnels keep working.',
    next: 'Check the disk of the server: it may be read-only or broken.',
    without: { cause: 'Nothing was changed; tunnels keep working.' },
  },
  'memory-low': {
    title: '{host} has too little memory.',
    cause: '{freeBytes} free, {neededBytes} needed.',
    next: 'Stop a program there, or add swap.',
  },
  'clock-wrong': {
    title: 'The clock of {host} is wrong.',
    cause: 'It differs from the clock of this laptop by {seconds} s.',
    next: 'Turn on time synchronisation there.',
  },
  'laptop-port-taken': {
    title: 'Port {port} of this laptop is taken.',
    cause: 'Another program listens there.',
    next: 'Give the tunnel another port, or stop that program.',
  },
  'no-laptop-port': {
    title: 'No port of this laptop is free for this tunnel.',
    cause: 'Programs listen on all the ports that were tried.',
    next: 'Stop some of them, or choose a port yourself.',
  },
  'tunnel-opened-elsewhere': {
    title: '{tunnel} was opened to anyone on {server}.',
    cause:
      'It was for this laptop only. Now it has the public port {port}, and the app no longer encrypts what goes through it. The app does not use it until you decide.',
    next: 'If that was not you or somebody you know, make it private again and find out who can change things on {server}.',
  },
  'tunnel-password-changed': {
    title: '{server} reports a new password for {tunnel}.',
    cause:
      'Somebody changed it there. The app does not use it until you decide; {lab} is still known by its own key.',
    next: 'If that was you or somebody you know, go on. Otherwise find out who can change things on {server}.',
  },
  'target-not-allowed': {
    title: '{lab} does not open {target}.',
    cause: 'It was set up to let tunnels lead to {allowed} only.',
    next: 'Allow it too, or choose another one.',
  },
  'nps-too-old': {
    title: 'The nps on {server} is too old for this.',
    cause: 'It does not know what the app asked of it.',
    next: 'Update it on the page of the server; its tunnels pause for some seconds.',
  },
  'npc-too-old': {
    title: 'The npc on {lab} is too old for this.',
    cause: 'It does not know what the server asked of it.',
    next: 'Update it on the page of the server; the tunnels of the lab box pause for some seconds.',
  },
  'folder-not-shared': {
    title: '{lab} does not share {folder}.',
    cause: 'Its npc shows only the folders that it was started to share.',
    next: 'Share it there: npc takes the option -share={folder}. A part of a shared folder needs nothing more.',
  },
  'allow-list-wrong': {
    title: 'These addresses cannot be read: {list}',
    cause: 'Each is a name, an address or a network, with a port if need be, and commas between them.',
    next: 'Write them like 127.0.0.1, 10.0.0.0/24:22, nas.lab:445.',
  },
  'port-in-use': {
    title: 'Port {port} is taken on {host}.',
    cause: '{program} listens there.',
    next: 'Use port {free}, or stop that program.',
    without: { cause: 'Another program listens there.' },
  },

  // installing
  'upload-failed': {
    title: 'The upload to {host} was interrupted.',
    cause: 'The file could not be written in {path}: {reason}',
    next: 'Try again; no partial file was left there.',
  },
  'upload-corrupt': {
    title: 'The program did not arrive intact on {host}.',
    cause: 'Its checksum differs from the one sent.',
    next: 'Try again; the broken copy was deleted.',
  },
  'program-missing': {
    title: 'This app has no {program} for {arch}.',
    cause: 'The file is missing from {folder}.',
    next: 'Unpack nps-desktop-more-programs of the same release into that folder; for Linux, install the app again.',
  },
  'program-wrong-processor': {
    title: 'The program does not start on {host}.',
    cause: 'It was built for another processor; this one is {processor}.',
    next: 'Install this app again, then try again: the right program is uploaded then.',
  },
  'program-not-allowed': {
    title: '{host} does not allow programs to run from this folder.',
    cause: 'Its disk is mounted with noexec.',
    next: 'Sign in as another user, or ask the administrator of the machine to allow programs there.',
  },
  'system-too-old': {
    title: '{host} is too old for the program.',
    cause: 'A part of its system is missing or older than 2012: {said}',
    next: 'Update the machine, or use another one.',
  },
  'program-killed': {
    title: '{host} ended the program at once.',
    cause: 'It most likely ran out of memory.',
    next: 'Close other programs there, then try again.',
  },
  'program-will-not-start': {
    title: 'The program does not start on {host}.',
    cause: 'It said: “{said}”.',
    next: 'Correct that on the machine, then try again.',
  },
  'service-failed': {
    title: '{program} did not start as a service on {host}.',
    cause: 'It said: “{reason}”.',
    next: 'The details show the last lines of its log. Correct the cause, then try again.',
  },
  'start-failed': {
    title: '{service} did not start on {lab}.',
    cause: 'It said: “{said}”.',
    next: 'Nothing was left behind. Correct the cause, or choose another environment.',
  },
  'start-folder-missing': {
    title: 'There is no folder {path} on {lab}.',
    cause: 'Nothing was started.',
    next: 'Choose another folder, or make it there first.',
  },
  'start-unsupported': {
    title: 'Nothing can be started on {lab} from here.',
    cause: 'The app can start services on Linux only.',
    next: 'Start it there by hand; then it appears under what was found.',
  },
  'config-write-failed': {
    title: 'nps.conf could not be written on {host}.',
    cause: 'The machine said: {reason}',
    next: 'Check the permissions of {path}, then try again.',
  },
  'relay-not-listening': {
    title: 'nps is not running on {host}.',
    cause: 'It was installed, but did not start: {reason}',
    next: 'Try again; the log on the page of the server says more.',
  },
  'update-undone': {
    title: '{program} on {host} has its previous version again.',
    cause: 'Version {version} did not come online in time, so {old} was put back and started again.',
    next: 'The tunnels are back. The log of {program} may tell why it did not start.',
  },
  'agent-not-online': {
    title: '{lab} did not come online.',
    cause: 'npc runs there, but the server did not hear from it within {seconds} s.',
    next: 'Check that {lab} can reach {host} on port {port}.',
  },

  // ports
  'bridge-blocked': {
    title: 'Port {port} of {host} gets no answer from this laptop.',
    cause: 'nps listens there; something in front of it drops the connection.',
    next: 'Open this port in the security group or firewall, then check again.',
  },
  'ports-blocked-by-host-firewall': {
    title: 'TCP {ports} is closed on {host}.',
    cause: 'The server’s own firewall blocks it.',
    next: 'Open it: one rule is added, the one for SSH is not touched.',
  },
  'ports-blocked-by-security-group': {
    title: 'TCP {ports} of {host} gets no answer.',
    cause: 'The security group of {provider} drops it before it reaches the server.',
    next: 'Add the inbound rule TCP {ports} from 0.0.0.0/0.',
    without: { cause: 'The security group of the provider drops it before it reaches the server.' },
  },
  'ports-blocked-somewhere': {
    title: 'TCP {ports} of {host} gets no answer.',
    cause: 'Something on the way drops it: a firewall on the server, or one in front of it.',
    next: 'Look for a security group or firewall on the provider’s web page.',
  },
  'firewall-change-refused': {
    title: 'The firewall of {host} was not changed.',
    cause: '{tool} said: {reason}',
    next: 'Add the rule by hand; it is shown to copy.',
  },
  'firewall-rule-kept': {
    title: 'A firewall rule of {host} was left as it is.',
    cause:
      '{tool} has “{rule}” for these ports, and that rule decides about them. The app changes no rule of yours.',
    next: 'If that rule may go, run the command that is shown to copy, then check again.',
  },

  // the rest
  // files
  'file-not-found': {
    title: 'There is no {path}.',
    cause: 'It was moved or deleted, or the path is written differently.',
    next: 'Read the folder above again.',
  },
  'file-read-denied': {
    title: '{user} may not read {path}.',
    cause: 'It belongs to {owner}, who does not let this account in.',
    next: 'Ask for permission, or sign in as somebody who may.',
    without: { cause: 'The permissions there do not let this account in.' },
  },
  'file-write-denied': {
    title: '{user} may not change {path}.',
    cause: 'The place belongs to {owner}, who does not let this account write there.',
    next: 'Ask for permission, or choose another folder.',
    without: { cause: 'The permissions there do not let this account write.' },
  },
  'file-exists': {
    title: '{path} is there already.',
    cause: 'It was not replaced, as you were not asked about it.',
    next: 'Choose another name, or delete the one that is there.',
  },
  'file-changed': {
    title: '{path} was changed while it was copied.',
    cause: 'A copy would be a mixture of the old and the new one.',
    next: 'Copy it again once nothing writes to it.',
  },
  'page-closed': {
    title: 'The page that {path} was chosen in is gone or does not answer.',
    cause: 'Only the page that a file was chosen in can read it.',
    next: 'Choose the same file again, or drop it: {keptBytes} of the copy are kept, and it goes on from there.',
    without: { next: 'Choose the same file again, or drop it.' },
  },
  'page-file-changed': {
    title: '{path} was changed or moved after it was chosen.',
    cause: 'A browser lets a page read a file only as it was when it was chosen.',
    next: 'Choose it again once nothing writes to it.',
  },
  'file-failed': {
    title: '{path} could not be used.',
    cause: 'The system says: {reason}.',
    next: 'Try again, or look at it in a terminal.',
  },
  'disk-is-full': {
    title: 'The disk of {lab} is full.',
    cause: '{path} could not be written. {keptBytes} of the copy are kept.',
    next: 'Make room there, then continue: it goes on where it stopped.',
    without: {
      cause: '{path} could not be written.',
    },
  },
  'laptop-disk-full': {
    title: 'The disk of this laptop is full.',
    cause: '{path} could not be written. {keptBytes} of the copy are kept.',
    next: 'Make room, then continue: it goes on where it stopped.',
    without: { cause: '{path} could not be written.' },
  },
  'sftp-refused': {
    title: '{host} does not serve files.',
    cause: 'It lets {user} sign in, but its SSH server has no SFTP: {said}.',
    next: 'Ask its administrator for “Subsystem sftp internal-sftp” in sshd_config.',
  },

  'laptop-offline': {
    title: 'This laptop is offline.',
    cause: 'It has no network, so nothing can be checked.',
    next: 'Everything is checked at once when it is back.',
  },
  'server-silent': {
    title: '{server} does not answer at all.',
    cause:
      'This laptop tried port {port} and got nothing back. The server is off, or its provider has stopped it, or its address has changed.',
    next: "Look in the provider's console whether it runs and whether the account is paid.",
  },
  'console-needs-sign-in': {
    title: 'There is no safe way to the console of {server} from here.',
    cause:
      'It has no encryption of its own, or listens on its own machine only, and no SSH sign-in is kept for {server}.',
    next: 'Enter a sign-in, and the way leads over SSH. Or set web_open_ssl=true and web_ip=0.0.0.0 in nps.conf.',
  },
  'relay-stopped': {
    title: 'nps is not running on {server}.',
    cause: 'The server answers, but nothing listens on port {port}.',
    next: 'Start nps there. Tunnels come back by themselves.',
  },
  'relay-slow': {
    title: '{server} answers too slowly.',
    cause:
      'nps runs there and answers on port {port}, but a connection did not come about in time: the server is overloaded, or the network in between loses much.',
    next: 'The app keeps trying. If it stays like this, look at the load of the server.',
  },
  'stock-relay': {
    title: 'A stock NPS server runs on {server}.',
    cause: 'It answers on port {port}, but this app cannot sign in to it.',
    next: 'Set up the nps of this app beside it; the stock server stays as it is. “nps import” then takes its clients over.',
  },
  'not-a-relay': {
    title: 'What answers on port {port} of {server} is not nps.',
    cause: 'Its first words: {seen}',
    next: 'Check the address and the port; “nps connect” on the server prints both.',
    without: { cause: 'It accepts the connection, but does not answer as nps does.' },
  },
  'server-identity-changed': {
    title: '{host} shows a different identity.',
    cause:
      'Expected {expected}, got {actual}. Either nps was reinstalled, or someone is intercepting the connection. Nothing was sent.',
    next: 'If you reinstalled it, set it up again here.',
    without: {
      cause: 'Either nps was reinstalled, or someone is intercepting the connection. Nothing was sent.',
    },
  },
  'service-wrong': {
    title: 'Something else answers on {target} of {lab}.',
    cause: 'It is not {service}: it says “{seen}”.',
    next: 'Check which program listens there, and correct the address.',
  },
  'service-local-only': {
    title: '{service} on {lab} refuses everyone who comes by the server’s address.',
    cause: 'Unless it is told otherwise, Jupyter answers only under local names, and 403 to all others.',
    next: 'Use it from this laptop only, or start it with the option {option}.',
  },
  'service-silent': {
    title: '{service} on {lab} accepts connections, but does not answer.',
    cause: 'The connection to {target} opens, and no answer comes.',
    next: 'It may still be starting, or it hangs: restart it there.',
  },
  'update-address-wrong': {
    title: 'Updates cannot come from {address}.',
    cause:
      'Programs come from there, so it has to be an https address (http only on this laptop), without a name and password, “?” or “#”.',
    next: 'Correct it, or leave it empty.',
  },
  'update-unreachable': {
    title: 'The app could not look for newer versions.',
    cause: '{address} did not answer: “{reason}”.',
    next: 'Nothing else is affected. It is tried again at the next start and each day.',
  },
  'update-feed-wrong': {
    title: '{address} offers no versions of this app.',
    cause: 'What was found there: “{reason}”.',
    next: 'Check the address; whoever gave it to you knows whether it has moved.',
  },
  'update-refused': {
    title: 'The download is not what was announced, and was thrown away.',
    cause: 'It has another SHA-512, or on Windows another publisher.',
    next: 'Try again. If the problem persists, the file at {address} was damaged or replaced: tell whoever runs it.',
  },
  'update-failed': {
    title: 'The newer version could not be downloaded.',
    cause: 'What happened: “{reason}”.',
    next: 'Make room on this laptop and try again, or get the package by hand.',
  },
  'login-start-refused': {
    title: 'The start at login was not changed.',
    cause: 'The system says: “{reason}”.',
    next: 'Check the permissions of your autostart folder, or use the system’s own settings.',
  },
  'process-not-ended': {
    title: 'Process {pid} on {lab} is still running.',
    cause: 'The lab box did not let it be ended: {said}',
    next: 'Only its owner or the administrator can end it.',
  },
  'listening-unseen': {
    title: '{lab} could not be looked at.',
    cause: 'Its system did not list the programs that listen there.',
    next: 'Look again later. Tunnels can be added by their ports meanwhile.',
  },
  'secret-missing': {
    title: 'No sign-in for {name} is kept here.',
    cause: 'This laptop has no password or key for it, or it was removed.',
    next: 'Sign in again.',
  },
  'secret-unreadable': {
    title: 'A saved password or key can no longer be read.',
    cause: 'The key that encrypted it is no longer on this laptop.',
    next: 'Enter it again.',
  },
  'passphrase-wrong': {
    title: 'This passphrase does not open the file.',
    cause: 'Nothing was changed.',
    next: 'Try it again: nobody can open the file without it.',
  },
  'export-unreadable': {
    title: 'This file cannot be read.',
    cause:
      'This app has not exported it, a part of it is missing, or it was changed. Nothing was taken from it.',
    next: 'Copy it again, or export it again on the other computer.',
  },
  'export-newer': {
    title: 'This file is from a newer version of the app.',
    cause: 'This version cannot read it.',
    next: 'Bring this app up to date, then import the file.',
  },
  'export-too-large': {
    title: 'There is too much data for one file.',
    cause: 'It has {bytes}.',
    next: 'Remove servers or lab boxes that are no longer used.',
  },
  'code-mistyped': {
    title: 'This is not a code of another laptop.',
    cause: 'A letter is wrong or missing: it is a server with its port, then four groups of five.',
    next: 'Compare it with the other laptop, or paste it.',
  },
  'code-unknown': {
    title: 'No laptop waits for this code at {host}.',
    cause:
      'Its ten minutes are over, it was used, the window on the other laptop was closed, or it was typed wrongly.',
    next: 'Compare the code with the one that the other laptop shows now, or make a new one there.',
  },
  'code-server-unreachable': {
    title: '{host} does not answer on port {port}.',
    cause:
      'The address in the code was typed wrongly, this laptop is offline, or its network blocks the port.',
    next: 'Compare the address with the other laptop, and check that this one is online.',
  },
  'code-giver-gone': {
    title: 'The other laptop does not answer.',
    cause: 'It sleeps, is offline, or left before everything was here. Nothing was added.',
    next: 'Wake it and see that it still shows the code, then try again.',
  },
  'code-withdrawn': {
    title: 'The server has ended this code.',
    cause: 'Somebody removed or paused it there. Nobody can use it any more.',
    next: 'Make a new code.',
  },
  'ssh-config-unwritable': {
    title: 'The ssh settings of this account cannot be changed.',
    cause: '{path}: {reason}',
    next: 'The file is left as it was. Make it writable, or leave the entries off: programs are then given the address instead of a name.',
  },
  'open-in-failed': {
    title: 'The program did not start.',
    cause: '{reason}',
    next: 'Start it by itself once: its own message says more. Or copy the ssh command.',
  },
  'storage-failed': {
    title: 'The app cannot use its data.',
    cause: '{path}: {reason}',
    next: 'Make room on this laptop, or check the permissions of the data folder.',
  },
  'storage-in-use': {
    title: 'Another program is using the app’s data.',
    cause: 'It holds {path}: a second NPS Desktop, a backup, or a tool for databases. Nothing was changed.',
    next: 'Close that program and try again. Two apps at once need a data folder each.',
  },
  cancelled: {
    title: 'Stopped.',
    cause: 'You stopped it.',
    next: 'Run it again whenever you like; it continues from there.',
  },
  busy: {
    title: 'Something is already running on this machine.',
    cause: 'Two changes at once would get in each other’s way.',
    next: 'Wait until it is done, or stop it.',
  },
  internal: {
    title: 'Something went wrong in the app.',
    cause: 'What happened: {detail}',
    next: 'Try again. If the problem persists, save a report and send it to us.',
  },
} satisfies Record<ErrorCode, FailureText> & { subjects: Record<string, string> }
