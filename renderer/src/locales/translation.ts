/** The shape of a language file: the same keys as the English one, every text a string. */
export type Translation<English> = {
  [Key in keyof English]: English[Key] extends string
    ? string
    : English[Key] extends readonly string[]
      ? string[]
      : Translation<English[Key]>
}
