import { LogFile } from '../log-file.ts'
import { ExitError, exitCode } from './exit.ts'

/** Log lines to standard output and, if there is a path, to a file too. */
export function openLogOutput(path: string | null): (line: string) => void {
  const file = path === null ? undefined : openFile(path)
  return (line) => {
    process.stdout.write(line)
    file?.write(line)
  }
}

function openFile(path: string): LogFile {
  try {
    return new LogFile(path)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ExitError(
      exitCode.failed,
      `The log file ${path} cannot be written: ${reason}. Change log_path.`,
    )
  }
}
