import * as z from 'zod'
import { printable } from './words/printable.ts'
import { cut } from './words/cut.ts'
import { maxDisplayNameLength } from './words/scalars.ts'

/** More than this of one list is no sign of a newer version. */
const maxUnread = 1_000

/** All that every item of a list has, whichever version it is of. */
const unreadItem = z.object({
  id: z.number().int(),
  name: z
    .string()
    .transform((text) => cut(printable(text), maxDisplayNameLength))
    .catch(''),
})
/** An item that this version cannot read, because it is of a newer kind or has a newer value somewhere. `name` may be empty. */
export type UnreadItem = z.infer<typeof unreadItem>

/** A list with what its reader could not read of it; left out where that is nothing. */
export type ListOf<T> = T[] & { readonly unread?: readonly UnreadItem[] }

/** Makes the schema of a list out of those of its items: as they are read, and as they are written where that differs. */
export type ListSchema = <Item extends z.ZodType, Written extends z.ZodType = Item>(
  item: Item,
  written?: Written,
) => z.ZodType<ListOf<z.output<Item>>, z.input<Written>[]>

/** For the relay, which writes no list with an item that is wrong. */
export const writtenList: ListSchema = <Item extends z.ZodType, Written extends z.ZodType>(
  item: Item,
  written?: Written,
) => {
  const schema: z.ZodType = z.array(written ?? item)
  return schema as z.ZodType<ListOf<z.output<Item>>, z.input<Written>[]>
}

/** For who asks a relay of any version: an item that cannot be read hides no other one. Without a number of its own it is no item. */
export const readList: ListSchema = <Item extends z.ZodType, Written extends z.ZodType>(item: Item) => {
  const schema: z.ZodType = z.array(z.unknown()).transform((told, context) => {
    const read: z.output<Item>[] = []
    const unread: UnreadItem[] = []
    for (const [at, one] of told.entries()) {
      const { success, data, error } = item.safeParse(one)
      if (success) {
        read.push(data)
        continue
      }
      const known = unreadItem.safeParse(one).data
      if (known && unread.length < maxUnread) {
        unread.push(known)
        continue
      }
      for (const { path, message } of error.issues)
        context.addIssue({ code: 'custom', message, path: [at, ...path] })
      return z.NEVER
    }
    return unread.length > 0 ? Object.assign(read, { unread }) : read
  })
  return schema as z.ZodType<ListOf<z.output<Item>>, z.input<Written>[]>
}
