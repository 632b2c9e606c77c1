import { LogFile } from '../../log/log-file.ts'

/**
 * Log lines go to standard output and, if there is a path, to a file too. A file that cannot be written is reported there and stops
 * nothing: a log is no reason to be offline.
 */
export function openLogOutput(path: string | null): (line: string) => void {
  const file = path === null ? undefined : openFile(path)
  return (line) => {
    process.stdout.write(line)
    file?.write(line)
  }
}

function openFile(path: string): LogFile | undefined {
  try {
    return new LogFile(path)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.stdout.write(
      `${new Date().toISOString()} error the log file ${path} cannot be written: ${reason}. Change log_path.\n`,
    )
    return undefined
  }
}
