export const Dismiss = ({ onClick }: { onClick(): void }) => (
  <button type="button" class="plain" aria-label="Dismiss" onClick={onClick}>
    ✕
  </button>
)
