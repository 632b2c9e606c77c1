import type { Job, Lab, PortReport, Step, StepId } from '@nps-desktop/electron/contract'
import { describe, expect, it } from 'vitest'
import { openPorts } from '../../../testing/open-ports.ts'
import { bareServer as server, lab as pasted, server as set } from '../../../testing/pasted-lab.ts'
import { placeOf, stepStates, type SetupFacts } from './wizard-place.ts'

const lab: Lab = { ...pasted, state: { state: 'waiting' } }
const order: StepId[] = [
  'connect',
  'identity',
  'system',
  'free-ports',
  'upload',
  'start',
  'bridge',
  'port-range',
]

function jobAt(at: StepId, state: Step['state'], jobState: Job['state']): Job {
  const reached = order.indexOf(at)
  return {
    id: 'j1',
    kind: 'server-setup',
    serverId: 's1',
    labId: null,
    state: jobState,
    ports: null,
    writes: [],
    steps: order.map((id, index) => ({
      id,
      state: index < reached ? 'done' : index === reached ? state : 'waiting',
      startedAtMs: null,
      tookMs: 1,
      progress: null,
      facts: [],
      failure: null,
    })),
  }
}

const shutUdp: PortReport = {
  ...openPorts,
  rendezvous: { ports: [8024, 8025], state: 'no-answer', ms: null, cause: 'unknown' },
}

const nothing: SetupFacts = {
  server: null,
  job: null,
  lab: null,
  labJob: null,
  tunnels: [],
  portsAccepted: false,
}

describe('the place in the wizard', () => {
  it('rests at the ports where two optional ones are shut, until the person goes on or there is a lab box', () => {
    const done = jobAt('port-range', 'done', 'done')
    const withoutUdp: SetupFacts = { ...nothing, server: set, job: { ...done, ports: shutUdp } }
    expect(placeOf(withoutUdp)).toBe('ports')
    expect(stepStates(withoutUdp).ports).toBe('done')
    expect(placeOf({ ...withoutUdp, portsAccepted: true })).toBe('lab')
    expect(placeOf({ ...withoutUdp, lab })).toBe('lab')
    expect(placeOf({ ...nothing, server: set, job: done })).toBe('lab')
  })

  it('begins with the sign-in', () => {
    expect(placeOf(nothing)).toBe('sign-in')
  })

  it('stands at Check when a server was added and nothing has run yet', () => {
    expect(placeOf({ ...nothing, server })).toBe('check')
  })

  it('follows the running job', () => {
    expect(placeOf({ ...nothing, server, job: jobAt('system', 'running', 'running') })).toBe('check')
    expect(placeOf({ ...nothing, server, job: jobAt('upload', 'running', 'running') })).toBe('install')
    expect(stepStates({ ...nothing, server, job: jobAt('upload', 'running', 'running') })).toMatchObject({
      'sign-in': 'done',
      check: 'done',
      install: 'running',
      ports: 'todo',
    })
  })

  it('stays at closed ports until a person goes on without them', () => {
    const facts = { ...nothing, server: set, job: jobAt('port-range', 'failed', 'failed') }
    expect(placeOf(facts)).toBe('ports')
    expect(placeOf({ ...facts, portsAccepted: true })).toBe('lab')
  })

  it('asks for a lab box once the server is set up, also when its job is long forgotten', () => {
    expect(placeOf({ ...nothing, server: set })).toBe('lab')
    expect(placeOf({ ...nothing, server: set, lab })).toBe('lab')
  })

  it('comes to the tunnels when the lab box is online', () => {
    const online: Lab = {
      ...lab,
      state: { state: 'online', sinceMs: 0, address: '10.0.0.2', version: '1.0.0' },
    }
    expect(placeOf({ ...nothing, server: set, lab: online })).toBe('tunnels')
  })
})
