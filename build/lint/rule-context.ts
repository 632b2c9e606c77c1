/** The part of ESLint's rule API that is used here; oxlint speaks it (https://oxc.rs/docs/guide/usage/linter/js-plugins). */
export interface RuleContext {
  readonly filename: string
  readonly cwd: string
  readonly report: (problem: { readonly message: string; readonly node: unknown }) => void
}
