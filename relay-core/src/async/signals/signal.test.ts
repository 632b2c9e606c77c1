import { describe, expect, it } from 'vitest'
import { Signal } from './signal.ts'

describe('Signal', () => {
  it('tells whoever has subscribed, until they leave', () => {
    const heard: string[] = []
    const signal = new Signal<[name: string]>()
    const first = signal.subscribe((name) => heard.push(`first ${name}`))
    signal.subscribe((name) => heard.push(`second ${name}`))
    signal.emit('a')
    first[Symbol.dispose]()
    first[Symbol.dispose]()
    signal.emit('b')
    expect(heard).toEqual(['first a', 'second a', 'second b'])
  })

  it('keeps one subscription when the same listener gives back another', () => {
    let calls = 0
    const signal = new Signal()
    const listener = () => (calls += 1)
    signal.subscribe(listener)
    signal.subscribe(listener)[Symbol.dispose]()
    signal.emit()
    expect(calls).toBe(1)
  })

  it('tells all though one throws, and then throws what was thrown', () => {
    const heard: string[] = []
    const signal = new Signal()
    const broken = new Error('broken')
    const failing = signal.subscribe(() => {
      throw broken
    })
    signal.subscribe(() => heard.push('told'))
    expect(() => signal.emit()).toThrow(broken)
    signal.subscribe(() => {
      throw new Error('broken too')
    })
    expect(() => signal.emit()).toThrow(AggregateError)
    failing[Symbol.dispose]()
    expect(() => signal.emit()).toThrow('broken too')
    expect(heard).toEqual(['told', 'told', 'told'])
  })

  it('calls neither who has left meanwhile nor who has only just come', () => {
    const heard: string[] = []
    const signal = new Signal()
    signal.subscribe(() => {
      second[Symbol.dispose]()
      signal.subscribe(() => heard.push('third'))
    })
    const second = signal.subscribe(() => heard.push('second'))
    signal.emit()
    expect(heard).toEqual([])
    signal.emit()
    expect(heard).toEqual(['third'])
  })
})
