import { describe, expect, it } from 'vitest'
import { parseClues } from './detect-provider.ts'
import { describeProvider } from './providers.ts'

describe('whose machine it is', () => {
  const ports = { from: 7000, to: 9000 }
  it.each([
    ['Alibaba Cloud ECS \n', 'aliyun', '7000/9000'],
    ['Tencent Cloud CVM \n', 'tencent', '7000-9000'],
    ['Huawei Cloud \n', 'huawei', '7000-9000'],
    ['Amazon EC2 t3.micro \n', 'aws', '7000-9000'],
    ['Google Google Compute Engine \n', 'google', '7000-9000'],
    ['Microsoft Corporation Virtual Machine 7783-7084-3265-9085-8269-3286-77 \n', 'azure', '7000-9000'],
    ['QEMU Standard PC \n', 'unknown', '7000-9000'],
  ])('%j is %s', (text, id, wanted) => {
    const described = describeProvider(parseClues(text), { tcp: [ports], udp: [] })
    expect(described.id).toBe(id)
    expect(described.rule?.ports).toBe(wanted)
    expect(described.udpRule).toBeNull()
    expect(described.consoleUrl === null).toBe(id === 'unknown')
  })

  it('believes the metadata address more than the image', () => {
    const clues = parseClues('Alibaba Cloud\ntencent|ins-abc|ap-guangzhou\n')
    expect(describeProvider(clues, { tcp: [ports], udp: [] })).toMatchObject({
      id: 'tencent',
      instance: 'ins-abc',
      region: 'ap-guangzhou',
    })
    for (const region of ['evil.example/login', 'evil.example', 'x@evil', '-a'])
      expect(parseClues(`Amazon EC2\naws|i-1|${region}\n`).region).toBeNull()
    expect(parseClues('QEMU\nopenstack|uuid-1|\n').metadata).toBe('unknown')
    expect(parseClues('QEMU\nopenstack|uuid-1|cn-north-4\n').metadata).toBe('huawei')
  })
})
