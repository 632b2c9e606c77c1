import * as z from 'zod'
import { printable } from './words/printable.ts'
import { cut } from './words/cut.ts'
import { maxDisplayNameLength } from './words/scalars.ts'

/** More than this of one list is no sign of a newer version. */
const maxUnread = 1_000
/** Nor are more values than this in one item: the largest of ours is a tunnel for 1,000 accounts. */
const maxValues = 10_000
/** Nor as many faults in all that cannot be read, each of which costs whoever asks some microseconds and a kilobyte. */
const maxFaults = 50_000

/** All that every item of a list has, whichever version it is of. */
const unreadItem = z.object({
  id: z.number().int(),
  name: z
    .string()
    .transform((text) => printable(cut(text, maxDisplayNameLength)))
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

/** The same of one item, which who reads it takes as a whole or not at all. */
export type OneSchema = <Item extends z.ZodType, Written extends z.ZodType>(
  item: Item,
  written: Written,
) => z.ZodType<z.output<Item>, z.input<Written>>

export const writtenOne: OneSchema = <Item extends z.ZodType, Written extends z.ZodType>(
  _item: Item,
  written: Written,
) => {
  const schema: z.ZodType = written
  return schema as z.ZodType<z.output<Item>, z.input<Written>>
}

export const readOne: OneSchema = <Item extends z.ZodType, Written extends z.ZodType>(item: Item) => {
  const schema: z.ZodType = item
  return schema as z.ZodType<z.output<Item>, z.input<Written>>
}

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
    let faults = 0
    for (const [at, one] of told.entries()) {
      if (!isModest(one)) {
        context.addIssue({ code: 'custom', message: `more than ${maxValues} values`, path: [at] })
        return z.NEVER
      }
      const { success, data, error } = item.safeParse(one)
      if (success) {
        read.push(data)
        continue
      }
      const known = unreadItem.safeParse(one).data
      faults += error.issues.length
      if (known && unread.length < maxUnread && faults <= maxFaults) {
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

function isModest(item: unknown): boolean {
  const left = [item]
  for (let seen = 1; left.length > 0; seen++) {
    const one = left.pop()
    if (one === null || typeof one !== 'object') continue
    const inner: unknown[] = Object.values(one)
    if (seen + left.length + inner.length > maxValues) return false
    left.push(...inner)
  }
  return true
}
