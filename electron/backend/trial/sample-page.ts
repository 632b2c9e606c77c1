import type { SampleLanguage } from './sample-names.ts'

/** A sample page says what it is; `body` is trusted HTML of ours. */
export function samplePage(options: {
  readonly language: SampleLanguage
  readonly title: string
  readonly about: string
  readonly body: string
  readonly script: string
}): string {
  const { language, title, about, body, script } = options
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
  body { max-width: 720px; margin: 48px auto; padding: 0 24px }
  h1 { font-size: 26px; font-weight: 600 }
  p { margin: 8px 0 }
  button { font: inherit; padding: 4px 12px }
  output, code { font: 13px/1.5 ui-monospace, monospace }
  canvas { width: 100%; height: 240px }
</style>
<h1>${title}</h1>
<p>${about}</p>
${body}
<script>${script}</script>
</html>
`
}
