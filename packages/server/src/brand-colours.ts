import type { Colour } from './settings/brand.js'

/**
 * The style sheet by which the pages take on a brand's colour. Whatever it is, text in it and text on it can be
 * read: it is made darker or lighter until the contrast is 4.5 to 1 (WCAG 2.2, 1.4.3).
 */
export function brandStyle(colour: Colour | undefined): string {
  if (colour === undefined) return ''
  return [
    `:root:root:root:not([data-theme='dark']) {${variables(colour, readable(colour, white, black))}}`,
    `@media (prefers-color-scheme: dark) {:root:root:root:not([data-theme='light']) {${variables(colour, readable(colour, darkPage, white))}}}`,
    '',
  ].join('\n')
}

function variables(colour: Colour, text: Colour): string {
  const onIt = contrast(colour, white) >= contrast(colour, black) ? white : black
  const pressed = mixed(colour, onIt === white ? black : white, 0.2)
  const values = {
    primary: text,
    'primary-hover': text,
    'primary-underline': text,
    'primary-background': colour,
    'primary-border': colour,
    'primary-hover-background': pressed,
    'primary-hover-border': pressed,
    'primary-inverse': onIt,
    'primary-focus': mixed(text, colour, 0.5),
  }
  return Object.entries(values)
    .map(([name, value]) => `--pico-${name}:${hex(value)};`)
    .join('')
}

const white: Colour = [255, 255, 255]
const black: Colour = [0, 0, 0]
/** What pages are painted on in the dark. */
const darkPage: Colour = [19, 23, 31]

/** The same colour, as far towards another as it takes to be read on a ground. */
function readable(colour: Colour, ground: Colour, towards: Colour): Colour {
  for (let share = 0; share < 1; share += 0.05) {
    const tried = mixed(colour, towards, share)
    if (contrast(tried, ground) >= 4.5) return tried
  }
  return towards
}

function mixed([red, green, blue]: Colour, [r, g, b]: Colour, share: number): Colour {
  const mix = (from: number, to: number) => Math.round(from + (to - from) * share)
  return [mix(red, r), mix(green, g), mix(blue, b)]
}

/** WCAG 2.2, "contrast ratio". */
export function contrast(one: Colour, other: Colour): number {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return ((lighter ?? 0) + 0.05) / ((darker ?? 0) + 0.05)
}

/** WCAG 2.2, "relative luminance". */
function luminance([red, green, blue]: Colour): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function linear(part: number): number {
  const share = part / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

function hex(colour: Colour): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}
