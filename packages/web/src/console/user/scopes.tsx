import { Problem } from '../../api/problem.js'
import type { Values } from '../../ui/form.js'
import { Loaded } from '../../ui/loaded.js'
import { type Scope, useScopes } from '../api/scopes.js'
import type { OneUser, Seen } from '../api/user.js'
import { say } from '../say.js'
import { scopesIn } from '../scopes-field.js'
import { Edit } from './edit.js'
import { Editable } from './editable.js'
import { Section } from './section.js'

/** What a user may do. */
export function Scopes({ seen }: { readonly seen: Seen }) {
  const scopes = useScopes()
  return (
    <Section title={say('scopesColumn')}>
      <Editable
        edit={say('editScopes')}
        shown={<Held user={seen.user} />}
        form={(end) => (
          <Loaded query={scopes} lines={4}>
            {({ items }) => (
              <Edit
                seen={seen}
                editOf={(values) => ({ scopes: chosen(values) })}
                explain={whyNot}
                shown={(now) => <Held user={now.user} />}
                onDone={() => end(true)}
                onCancel={() => end(false)}
              >
                {(_, began) => <Choices known={items} user={began} />}
              </Edit>
            )}
          </Loaded>
        )}
      />
    </Section>
  )
}

function Held({ user }: { readonly user: OneUser }) {
  return (
    <ul className="tags">
      {user.scopes.map((scope) => (
        <li key={scope} className="tag">
          {scope}
        </li>
      ))}
    </ul>
  )
}

/** What the names of the boxes begin with. */
const box = 'scope '

function chosen(values: Values): string[] {
  const { others = '' } = values
  const boxes = Object.keys(values).filter((name) => name.startsWith(box))
  return [...boxes.map((name) => name.slice(box.length)), ...scopesIn(others)]
}

function whyNot(error: unknown): string | undefined {
  const isRefused = error instanceof Problem && error.status === 422
  return isRefused ? say('scopesRefused') : undefined
}

interface ChoicesProps {
  readonly known: readonly Scope[]
  readonly user: OneUser
}

function Choices({ known, user }: ChoicesProps) {
  const granted = known.filter(({ of_everybody: isOfAll }) => !isOfAll)
  const names = known.map(({ name }) => name)
  const others = user.scopes.filter((scope) => !names.includes(scope))
  return (
    <fieldset>
      <legend>{say('scopesOf')}</legend>
      {[...granted, ...others.map((name) => ({ name, allows: null }))].map(({ name, allows }) => (
        <label key={name} className="choice">
          <input
            type="checkbox"
            name={`${box}${name}`}
            defaultChecked={user.scopes.includes(name)}
          />
          <span>
            <code>{name}</code> {allows}
          </span>
        </label>
      ))}
      <label>
        {say('otherScopes')}
        <input
          type="text"
          name="others"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      </label>
    </fieldset>
  )
}
