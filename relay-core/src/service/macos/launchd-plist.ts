import { join } from 'node:path'
import type { ServiceSpec } from '../service.ts'

/** What the program says on standard error; launchd appends. */
export function launchdErrorFile({ name, folder }: Pick<ServiceSpec, 'name' | 'folder'>): string {
  return join(folder, 'state', `${name}-last-error.txt`)
}

/** The property list of launchd.plist(5). */
export function launchdPlist(
  spec: ServiceSpec,
  { label, kind }: { label: string; kind: 'launchd' | 'launchd-agent' },
): string {
  const { name, program, args, folder } = spec
  const log = `-log_path=${join(folder, 'state', `${name}.log`)}`
  const words = [program, ...args, log].map((word) => `    <string>${xml(word)}</string>`)
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Written by "${name} install". -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${xml(label)}</string>
  <key>ProgramArguments</key>
  <array>
${words.join('\n')}
  </array>
  <key>EnvironmentVariables</key>
  <dict>
    <key>NPS_SERVICE</key>
    <string>${kind}</string>
  </dict>
  <key>WorkingDirectory</key>
  <string>${xml(folder)}</string>
  <key>RunAtLoad</key>
  <true/>
  <!-- Started again after every exit code but 0, by which the program says that it would not help. -->
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <!-- People type through it: launchd takes processor time and disk from a service that names no type. -->
  <key>ProcessType</key>
  <string>Interactive</string>
  <key>ExitTimeOut</key>
  <integer>10</integer>
  <key>SoftResourceLimits</key>
  <dict>
    <key>NumberOfFiles</key>
    <integer>65536</integer>
  </dict>
  <!-- 077: readable by its owner only. -->
  <key>Umask</key>
  <integer>63</integer>
  <key>StandardErrorPath</key>
  <string>${xml(launchdErrorFile(spec))}</string>
</dict>
</plist>
`
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
