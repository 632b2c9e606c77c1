/** What is filled in and sent: a form, or the part of a page that is used as one. */
const forms = 'form, [data-form]'

/**
 * Lets the browser ask before its page is left or loaded again while something that was typed would be lost: a form that was
 * changed and is still there. One whose values are kept has `data-kept`. Also while `isBusy`: what the page does would stop. In the app's
 * own window this would keep it from closing. Returns a function that stops it.
 */
export function askBeforeLeaving(page: Window, { isBusy }: { isBusy: () => boolean }): () => void {
  const changed = new Set<Element>()
  const note = ({ target }: Event): void => {
    const form = target instanceof Element ? target.closest(forms) : null
    if (form) changed.add(form)
  }
  const ask = (event: BeforeUnloadEvent): void => {
    for (const form of changed) if (!form.isConnected) changed.delete(form)
    if (isBusy() || [...changed].some((form) => !form.matches('[data-kept]'))) event.preventDefault()
  }
  page.document.addEventListener('input', note)
  page.addEventListener('beforeunload', ask)
  return () => {
    page.document.removeEventListener('input', note)
    page.removeEventListener('beforeunload', ask)
  }
}
