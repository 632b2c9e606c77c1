/** As much of a thing as a test gives of it. */
type Part<T> = T extends (...given: infer Given) => infer Answer
  ? (...given: Given) => Part<Answer>
  : T extends Promise<infer Value>
    ? Promise<Part<Value>>
    : T extends readonly (infer Item)[]
      ? readonly Part<Item>[]
      : T extends AsyncIterable<infer Value>
        ? AsyncIterable<Part<Value>>
        : T extends object
          ? { readonly [Key in keyof T]?: Part<T[Key]> }
          : T

/** For what needs little of a bigger thing: what is given has the types of what it stands for, and the rest is not there. */
export function standIn<T extends object>(part: Part<T>): T {
  return part as unknown as T
}
