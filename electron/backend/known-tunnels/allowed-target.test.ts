import { thisLabBoxOnly } from '@nps-desktop/electron/contract'
import { expect, test } from 'vitest'
import { forbiddenTarget, targetNotAllowed, wideningFor, widened } from './allowed-target.ts'

test('a lab box that may open nothing but itself is led nowhere else, by a name neither', () => {
  for (const target of ['127.0.0.1:22', 'localhost:8888', '[::1]:6006'])
    expect(forbiddenTarget(thisLabBoxOnly, target)).toBe(null)
  for (const target of ['10.0.0.5:22', 'nas.lab:445', '[fd00::7]:80', '169.254.169.254:80'])
    expect(forbiddenTarget(thisLabBoxOnly, target)).toBe(target)
  expect(forbiddenTarget(thisLabBoxOnly, '127.0.0.1:22,10.0.0.5:22')).toBe('10.0.0.5:22')
})

test('with a list of addresses the box judges names, which only it can look up', () => {
  const list = '127.0.0.1,10.0.0.0/24:22'
  expect(forbiddenTarget(list, '10.0.0.5:22')).toBe(null)
  expect(forbiddenTarget(list, '10.0.0.5:23')).toBe('10.0.0.5:23')
  expect(forbiddenTarget(list, 'nas.lab:445')).toBe(null)
})

test('without a list nothing is refused, and no button widens anything', () => {
  expect(targetNotAllowed({ id: 'l1', name: 'a100', allowTarget: null }, '10.0.0.5:22')).toBe(null)
})

test('the button of a refusal lets in what the tunnel lacks, and nothing more', () => {
  const lab = { id: 'l1', name: 'a100', allowTarget: thisLabBoxOnly }
  expect(targetNotAllowed(lab, '127.0.0.1:22,10.0.0.5:22,nas.lab:445,10.0.0.5:22')).toMatchObject({
    code: 'target-not-allowed',
    params: { lab: 'a100', target: '10.0.0.5:22', allowed: thisLabBoxOnly },
    fixes: [{ action: 'allow-target', labId: 'l1', targets: ['10.0.0.5:22', 'nas.lab:445'] }],
  })
})

test('where the list names all of a tunnel’s targets, there is nothing to let in', () => {
  const allowTarget = `${thisLabBoxOnly},nas.lab,10.0.0.0/24:22`
  expect(wideningFor({ id: 'l1', allowTarget }, 'localhost:22,NAS.lab:445,10.0.0.5:22')).toBe(null)
})

test('targets are added to the list as it is then; without one they are allowed anyway', () => {
  expect(widened('127.0.0.1', ['10.0.0.5:22', '127.0.0.1:80'])).toBe('127.0.0.1,10.0.0.5:22')
  expect(widened('127.0.0.1', ['127.0.0.1:80'])).toBe('127.0.0.1')
  expect(widened(null, ['10.0.0.5:22'])).toBe(null)
})
