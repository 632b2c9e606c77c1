import { expect, type Page } from '@playwright/test'

/** The notebook of the bed's lab, in the real Jupyter. */
export const notebookFile = 'hello.ipynb'

/** A notebook with one cell that prints `answer`, which stands nowhere in the cell itself. */
export function notebookText(): string {
  return JSON.stringify({
    cells: [
      {
        cell_type: 'code',
        source: ['print(6 * 7 * 1000)'],
        metadata: {},
        outputs: [],
        execution_count: null,
      },
    ],
    metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
    nbformat: 4,
    nbformat_minor: 4,
  })
}
export const answer = '42000'

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
