/** The product's name with its mark. */
export function Wordmark(props: { light?: boolean }) {
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 10 }}>
      <Mark size={30} />
      <span
        style={{
          fontSize: 19,
          fontWeight: 680,
          letterSpacing: "-0.02em",
          color: props.light ? "#ffffff" : "var(--rc-ink)",
        }}
      >
        Recado
      </span>
    </span>
  );
}

export function Mark(props: { size: number }) {
  return <img src="/favicon.svg" width={props.size} height={props.size} alt="" />;
}
