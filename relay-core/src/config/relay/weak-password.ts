/** What scanners for consoles try first; `123` is the stock default. Compared in lower case. */
const wellKnown = new Set(
  (
    '123 1234 12345 123456 1234567 12345678 123456789 1234567890 111111 000000 666666 888888 123123 654321 ' +
    'admin administrator root nps npc password passw0rd p@ssw0rd qwerty qwerty123 abc123 admin123 admin888 ' +
    'letmein welcome changeme default guest test user iloveyou 1q2w3e4r a123456 password1 password123 nps123'
  ).split(' '),
)

/** Whether a console password is empty, the user name itself, or on the list that every scanner tries. */
export function isWeakPassword(password: string, username: string): boolean {
  const folded = password.toLowerCase()
  return folded.trim() === '' || folded === username.toLowerCase() || wellKnown.has(folded)
}
