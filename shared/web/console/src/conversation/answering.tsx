/** The message that the next reply quotes, per open conversation. */
import type { Message } from "@recado/lib/protocol";
import { createContext, type Dispatch, type ReactNode, type SetStateAction, useContext, useState } from "react";

type Answering = Message | null;

const Chosen = createContext<Answering>(null);
/** A context of its own, so that choosing a message does not render all messages again. */
const Choose = createContext<Dispatch<SetStateAction<Answering>>>(() => {});

export const useAnswering = () => useContext(Chosen);
export const useAnswer = () => useContext(Choose);

export function AnsweringProvider({ children }: { children: ReactNode }) {
  const [chosen, choose] = useState<Answering>(null);
  return (
    <Choose value={choose}>
      <Chosen value={chosen}>{children}</Chosen>
    </Choose>
  );
}
