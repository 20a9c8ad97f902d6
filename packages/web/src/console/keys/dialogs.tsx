import { useState } from 'react'
import { ConfirmDialog } from '../../ui/confirmation.js'
import { type KeyRecord, retireKey, rotateKey } from '../api/keys.js'
import { say } from '../say.js'

interface RotationProps {
  readonly onClose: () => void
  readonly onDone: (key: KeyRecord) => void
}

export function Rotation({ onClose, onDone }: RotationProps) {
  const [isNow, setNow] = useState(false)
  return (
    <ConfirmDialog
      title={say('keyRotateTitle')}
      submit={say('keyRotate')}
      isHarmless={!isNow}
      onClose={onClose}
      act={async () => onDone(await rotateKey(isNow))}
    >
      <p>{say('keyRotateText')}</p>
      <label className="choice">
        <input
          type="checkbox"
          checked={isNow}
          onChange={(event) => setNow(event.currentTarget.checked)}
        />
        {say('keyRotateNow')}
      </label>
      <p>{isNow && say('keyRotateNowHint')}</p>
    </ConfirmDialog>
  )
}

interface RetirementProps {
  readonly retired: KeyRecord
  readonly onClose: () => void
  readonly onDone: () => void
}

export function Retirement({ retired: { kid, state }, onClose, onDone }: RetirementProps) {
  return (
    <ConfirmDialog
      title={say('keyRetireTitle')}
      submit={say('keyRetire')}
      onClose={onClose}
      act={async () => {
        await retireKey(kid)
        onDone()
      }}
    >
      <p>{say('keyRetireText', { kid })}</p>
      {state === 'signing' && <p>{say('keyRetireSigning')}</p>}
    </ConfirmDialog>
  )
}
