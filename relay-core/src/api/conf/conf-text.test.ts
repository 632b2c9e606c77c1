import { describe, expect, it } from 'vitest'
import { changedKeys, editConf, readConf } from './conf-text.ts'

const stock = `# who may sign in
web_username=admin
web_password = 4k2Jd93mzP0qLx7VnB1c
;web_ip=0.0.0.0
#allow_ports=9001-9009,10001
unknown_key=kept # not a comment
`

describe('reading nps.conf', () => {
  it('takes values to the end of the line and leaves comments out', () => {
    expect([...readConf(stock)]).toEqual([
      ['web_username', 'admin'],
      ['web_password', '4k2Jd93mzP0qLx7VnB1c'],
      ['unknown_key', 'kept # not a comment'],
    ])
  })

  it('reads as the relay does: keys in any case, values in quotes, a byte order mark', () => {
    expect([...readConf('\uFEFFWeb_Port = 8080\r\nweb_username="a b"\r\n')]).toEqual([
      ['web_port', '8080'],
      ['web_username', 'a b'],
    ])
  })

  it('lets the last of two equal keys win', () => {
    expect(readConf('a=1\na=2').get('a')).toBe('2')
  })
})

describe('editing nps.conf', () => {
  it('changes one value and no other byte', () => {
    expect(editConf(stock, new Map([['web_password', 'new']]))).toBe(
      stock.replace('4k2Jd93mzP0qLx7VnB1c', 'new'),
    )
  })

  it('puts a key below the line where it was commented out', () => {
    expect(editConf(stock, new Map([['allow_ports', '7000-9000']]))).toContain(
      '#allow_ports=9001-9009,10001\nallow_ports=7000-9000\nunknown_key',
    )
  })

  it('changes the line that counts, however its key is written, and makes no second one', () => {
    expect(editConf('Web_Port=8080\nweb_password="a b"\n', new Map([['web_port', '8081']]))).toBe(
      'Web_Port=8081\nweb_password="a b"\n',
    )
    const quoted = editConf('web_password="a b"\n', new Map([['web_password', '"c"']]))
    expect(quoted).toBe('web_password=""c""\n')
    expect(readConf(quoted).get('web_password')).toBe('"c"')
  })

  it('adds an unknown key before the last line break', () => {
    expect(editConf('a=1\n', new Map([['b', '2']]))).toBe('a=1\nb=2\n')
  })

  it('takes a key out, keeps CRLF, and survives $ in a value', () => {
    expect(editConf('a=1\r\nb=2\r\n', new Map([['a', '$1$&']]))).toBe('a=$1$&\r\nb=2\r\n')
    expect(editConf('a=1\nb=2\n', new Map([['a', null]]))).toBe('b=2\n')
  })

  it('names what differs', () => {
    const edited = editConf(
      stock,
      new Map<string, string | null>([
        ['web_username', 'me'],
        ['unknown_key', null],
      ]),
    )
    expect(changedKeys(stock, edited)).toEqual(['web_username', 'unknown_key'])
    expect(changedKeys(stock, stock)).toEqual([])
  })
})
