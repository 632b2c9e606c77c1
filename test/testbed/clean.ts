import { sweepSlot } from './sweep.ts'
import { takeFreeSlots } from './slot.ts'

// Removes what beds that were killed left behind; a bed that runs keeps its slot, and so is not touched.
for (const slot of await takeFreeSlots()) {
  await sweepSlot(slot)
  slot.release()
}
