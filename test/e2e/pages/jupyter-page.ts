import { expect, type Locator, type Page } from '@playwright/test'

/** The notebook of the bed's lab, in the real Jupyter. */
export const notebookFile = 'hello.ipynb'

/** A notebook with one cell that prints `answer`, which stands nowhere in the cell itself. */
export function notebookText(): string {
  return notebookWith('print(6 * 7 * 1000)')
}
export const answer = '42000'

/** Counts, ten numbers a second, ten numbers a second, until there is a file `enough` beside its notebook; then it says how far it came. */
const countingCell = `import os, time
count = 0
while not os.path.exists('enough'):
    count += 1
    print(count, flush=True)
    time.sleep(0.1)
print('counted to', count)`

function notebookWith(source: string): string {
  return JSON.stringify({
    cells: [{ cell_type: 'code', source: [source], metadata: {}, outputs: [], execution_count: null }],
    metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
    nbformat: 4,
    nbformat_minor: 4,
  })
}

export function countingNotebookText(): string {
  return notebookWith(countingCell)
}

/** A notebook whose only cell runs, seen in the browser. */
export class RunningCell {
  readonly #page: Page
  /** Connections of the page to Jupyter that have ended since the cell runs. */
  endedConnections = 0

  private constructor(page: Page) {
    this.#page = page
  }

  /** Opens the notebook's own page, whose address has the token, and runs its cell. */
  static async start(page: Page, address: string): Promise<RunningCell> {
    const cell = new RunningCell(page)
    page.on('websocket', (socket) => socket.on('close', () => (cell.endedConnections += 1)))
    const answered = kernelOf(page)
    await page.goto(address)
    await answered
    await expect(page.locator('[data-status="idle"]').first()).toBeVisible({ timeout: 30_000 })
    await page.locator('.jp-Cell').first().click()
    await page.keyboard.press('Shift+Enter')
    await expect(cell.#output).toContainText('3', { timeout: 30_000 })
    cell.endedConnections = 0
    return cell
  }

  get #output(): Locator {
    return this.#page.locator('.jp-OutputArea-output').first()
  }

  /** All it has printed, once it has ended. */
  async lines(): Promise<string[]> {
    await this.#page.bringToFront()
    await expect(this.#output).toContainText('counted to', { timeout: 30_000 })
    const text = await this.#output.innerText()
    return text.split('\n').filter((line) => line !== '')
  }
}

/** Opens the notebook from Jupyter's file list, and runs its cell: that goes over a WebSocket to the kernel. */
export async function runNotebook(files: Page): Promise<void> {
  const [notebook] = await Promise.all([
    files.context().waitForEvent('page'),
    files.getByText(notebookFile, { exact: true }).dblclick(),
  ])
  await kernelOf(notebook)
  await expect(notebook.locator('[data-status="idle"]').first()).toBeVisible({ timeout: 30_000 })
  await notebook.locator('.jp-Cell').first().click()
  await notebook.keyboard.press('Shift+Enter')
  await expect(notebook.locator('.jp-OutputArea-output').first()).toHaveText(answer, { timeout: 30_000 })
  await notebook.close()
}

/**
 * Waits for the kernel's first answer over the WebSocket. A cell that is run before goes nowhere, and Jupyter's page shows
 * "idle" before it has a kernel.
 */
async function kernelOf(notebook: Page): Promise<void> {
  const answered = Promise.withResolvers<void>()
  notebook.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      if (payload.toString().includes('kernel_info_reply')) answered.resolve()
    }),
  )
  const timer = setTimeout(() => answered.reject(new Error('the kernel has not answered in 30 s')), 30_000)
  await answered.promise.finally(() => clearTimeout(timer))
}
