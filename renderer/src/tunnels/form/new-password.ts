/** Letters and digits that are not taken for each other. 56 of them; 20 characters are 116 bits. */
const alphabet = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const length = 20

/** A password that nobody has to think of, for those who are given it. */
export function newPassword(): string {
  let password = ''
  while (password.length < length) {
    // the largest multiple of the alphabet's size in a byte: larger bytes would prefer its first letters
    const most = 256 - (256 % alphabet.length)
    for (const byte of crypto.getRandomValues(new Uint8Array(length)))
      if (byte < most && password.length < length) password += alphabet[byte % alphabet.length]
  }
  return password
}
