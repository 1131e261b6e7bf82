/** Which message the next answer quotes. It belongs to the open conversation and is forgotten with it. */
import type { Message } from "@recado/lib/protocol";
import { createContext, type Dispatch, type ReactNode, type SetStateAction, useContext, useState } from "react";

type Answering = Message | null;

const Chosen = createContext<Answering>(null);
/** Apart, so that choosing one draws no message anew. */
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
