import { createServer, type Server } from 'node:net'
import { join } from 'node:path'

/**
 * A bed's place on this computer: its number decides every name and address, so beds do not meet.
 * Held by listening on an abstract Unix socket, which the kernel frees however the process ends.
 */
export class Slot {
  readonly number: number
  readonly #lock: Server

  constructor(number: number, lock: Server) {
    this.number = number
    this.#lock = lock
  }

  /** Starts the name of every network, interface and control group of this bed. */
  get prefix(): string {
    return `npsbed${this.number}`
  }

  /** Holds the machines' disks while the bed lives. */
  get folder(): string {
    return join('/var/tmp', this.prefix)
  }

  /** The first two numbers of every address of this bed; a range that home and lab networks rarely use. */
  get network(): string {
    return `10.${213 + this.number}`
  }

  release(): void {
    this.#lock.close()
  }
}

const slotCount = 8

/** Takes the slot of that number, or returns undefined while another process has it. */
async function takeSlot(number: number): Promise<Slot | undefined> {
  const lock = createServer((socket) => socket.destroy())
  lock.unref()
  const taken = await new Promise<boolean>((resolve, reject) => {
    lock.once('listening', () => resolve(true))
    lock.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(error)
    })
    lock.listen(`\0npsbed${number}`)
  })
  return taken ? new Slot(number, lock) : undefined
}

/** Takes every slot that is free. */
export async function takeFreeSlots(): Promise<Slot[]> {
  const slots: Slot[] = []
  for (let number = 0; number < slotCount; number += 1) {
    const slot = await takeSlot(number)
    if (slot !== undefined) slots.push(slot)
  }
  return slots
}

/** Takes the first free slot. */
export async function takeFirstFreeSlot(): Promise<Slot> {
  for (let number = 0; number < slotCount; number += 1) {
    const slot = await takeSlot(number)
    if (slot !== undefined) return slot
  }
  throw new Error(`${slotCount} test beds run on this computer already. Wait for one to end, or end it.`)
}
