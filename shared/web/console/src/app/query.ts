import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "../core/errors.ts";

const TRIES = 3;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The socket keeps queries up to date, and a reconnect invalidates them.
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      networkMode: "always",
      retry: (failures, error) => failures < TRIES && (!(error instanceof ApiError) || error.passing),
      retryDelay: (attempt) => Math.min(8_000, 500 * 2 ** attempt),
    },
    mutations: { networkMode: "always" },
  },
});
