export const units = {
  milliseconds: '{n} ms',
  seconds: '{n} s',
  minutes: '{n} min',
  hours: '{n} h',
  days: '{n} d',
  todayAt: 'today, {time}',
  dayAt: '{day}, {time}',
  numbers: ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'],
}
