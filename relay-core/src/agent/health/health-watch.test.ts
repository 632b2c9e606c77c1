import { expect, it } from 'vitest'
import { nextHealth, untried, type TargetHealth } from './health-watch.ts'

it('a target is down after so many failures in a row, and back with the first success', () => {
  const tries = [false, false, true, false, false, false, false, true]
  let health: TargetHealth = untried
  const isDown = tries.map((succeeded) => {
    health = nextHealth(health, succeeded, 3)
    return health.isDown
  })
  expect(isDown).toEqual([false, false, false, false, false, true, true, false])
})
