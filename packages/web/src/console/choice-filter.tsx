import { useId } from 'react'

interface ChoiceFilterProps {
  readonly label: string
  readonly value: string
  /** By their values; an empty one stands for all. */
  readonly choices: readonly (readonly [value: string, name: string])[]
  readonly onChange: (value: string) => void
}

/** One of a few to filter by. */
export function ChoiceFilter({ label, value, choices, onChange }: ChoiceFilterProps) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {choices.map(([choice, name]) => (
          <option key={choice} value={choice}>
            {name}
          </option>
        ))}
      </select>
    </div>
  )
}
