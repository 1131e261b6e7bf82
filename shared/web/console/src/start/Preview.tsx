import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { channelsQuery } from "../api/queries.ts";
import { setupOf } from "../channels/setup.ts";
import { ApiError } from "../core/errors.ts";
import { Later } from "../ui/later.tsx";
import { ErrorState, Loading } from "../ui/states.tsx";

/** A channel of the account as its customers see it. */
export function Preview() {
  const { channelId } = useParams({ from: "/preview/$channelId" });
  const list = useQuery(channelsQuery);
  const channel = list.data?.find(({ id }) => id === channelId);
  const page = channel && setupOf(channel.type).preview?.page;
  if (list.isPending) return <Loading />;
  if (!channel || !page) {
    return <ErrorState error={list.error ?? new ApiError("not_found")} onRetry={() => void list.refetch()} />;
  }
  return <Later load={page} props={{ channel }} fallback={<Loading />} />;
}
