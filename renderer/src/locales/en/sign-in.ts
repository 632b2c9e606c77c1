export const signIn = {
  title: 'Sign in to {machine}',
  why: '{machine} asks {user} for more than this app keeps. What you type goes to {machine} and is not kept here.',
  says: '{machine} says',
  again: '{machine} did not accept that. A code is good once only.',
  password: 'Password of {user}',
  answer: 'Answer',
  left: 'It waits for {time} more.',
  send: 'Sign in',
}
