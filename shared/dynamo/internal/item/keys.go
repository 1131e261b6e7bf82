package item

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// join builds a key from a prefix and parts. Parts are escaped, so that whatever an outside id holds, it cannot reach into
// another part. An empty part makes an empty key, which no item has.
func join(prefix string, parts ...string) string {
	var b strings.Builder
	b.WriteString(prefix)
	for _, part := range parts {
		if part == "" {
			return ""
		}
		b.WriteByte('#')
		b.WriteString(escape(part))
	}
	return b.String()
}

// split takes apart what join built.
func split(s, prefix string, n int) ([]string, error) {
	parts := strings.Split(s, "#")
	if len(parts) != n+1 || parts[0] != prefix {
		return nil, fmt.Errorf("key %q is not %s with %d parts", s, prefix, n)
	}
	for i, part := range parts[1:] {
		plain, err := unescape(part)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", s, err)
		}
		parts[i+1] = plain
	}
	return parts[1:], nil
}

// longestPart keeps a key far below what DynamoDB allows; a longer part is replaced by its hash.
const longestPart = 256

const hexDigits = "0123456789ABCDEF"

// escape keeps printable ASCII but for the three characters with a meaning in keys: # separates, % escapes, ~ marks a hash.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c > ' ' && c < 0x7f && c != '#' && c != '%' && c != '~' {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	if b.Len() > longestPart {
		sum := sha256.Sum256([]byte(s))
		return "~" + base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return b.String()
}

// unescape undoes escape. A hash cannot be undone: items whose outside id may be long carry it as an attribute too.
func unescape(s string) (string, error) {
	if strings.HasPrefix(s, "~") || !strings.Contains(s, "%") {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", fmt.Errorf("cut escape in %q", s)
		}
		c, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			return "", fmt.Errorf("escape in %q: %w", s, err)
		}
		b.WriteByte(byte(c))
		i += 2
	}
	return b.String(), nil
}

// Sortable is a time as text of fixed width, so that it sorts.
func Sortable(t time.Time) string { return fmt.Sprintf("%013d", max(t.UnixMilli(), 0)) }

// shardOf spreads ids over n partitions.
func shardOf(id string, n int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // a hash never fails
	return int(h.Sum32() % uint32(max(n, 1)))
}

// Desk: a conversation's partition holds the conversation, its messages, its Events and the timers of its messages.

const (
	MessagePrefix = "M#"
	EventPrefix   = "E#"
)

func ConversationKey(account chat.AccountID, id chat.ConversationID) table.Key {
	return table.Key{PK: join("V", string(account), string(id)), SK: "C"}
}

func ParseConversationKey(pk string) (chat.AccountID, chat.ConversationID, error) {
	parts, err := split(pk, "V", 2)
	if err != nil {
		return "", "", err
	}
	return chat.AccountID(parts[0]), chat.ConversationID(parts[1]), nil
}

func MessageKey(account chat.AccountID, conv chat.ConversationID, id chat.MessageID) table.Key {
	return table.Key{PK: ConversationKey(account, conv).PK, SK: join("M", string(id))}
}

func eventKey(account chat.AccountID, conv chat.ConversationID, id chat.EventID) table.Key {
	return table.Key{PK: ConversationKey(account, conv).PK, SK: join("E", string(id))}
}

func TimerPrefix(kind chat.TimerKind) string { return join("T", string(kind)) + "#" }

// TimerKey puts a timer beside what it waits for: a message's in the conversation, a mail's and a job's with them.
func TimerKey(t chat.Timer) table.Key {
	switch t.Kind {
	case chat.TimerMail:
		return table.Key{PK: MailKey(t.AccountID, t.Subject).PK, SK: "T"}
	case chat.TimerJob:
		return table.Key{PK: JobKey(t.AccountID, t.Subject).PK, SK: "T"}
	case chat.TimerSend, chat.TimerMedia:
	}
	return table.Key{PK: ConversationKey(t.AccountID, t.ConversationID).PK, SK: join("T", string(t.Kind), string(t.MessageID))}
}

// ParseTimerKey tells what a timer waits for from its place.
func ParseTimerKey(k table.Key) (t chat.Timer, err error) {
	var parts []string
	switch {
	case strings.HasPrefix(k.PK, "E#"):
		t.Kind = chat.TimerMail
		parts, err = split(k.PK, "E", 2)
	case strings.HasPrefix(k.PK, "J#"):
		t.Kind = chat.TimerJob
		parts, err = split(k.PK, "J", 2)
	default:
		if t.AccountID, t.ConversationID, err = ParseConversationKey(k.PK); err != nil {
			return t, err
		}
		if parts, err = split(k.SK, "T", 2); err != nil {
			return t, err
		}
		t.Kind, t.MessageID = chat.TimerKind(parts[0]), chat.MessageID(parts[1])
		return t, nil
	}
	if err != nil {
		return t, err
	}
	t.AccountID, t.Subject = chat.AccountID(parts[0]), parts[1]
	return t, nil
}

// Index inbox: an account's conversations of one status, by last activity. Resolved ones are parted by the month of their
// resolution.

func InboxPartition(account chat.AccountID, status chat.Status, shard int) string {
	return join("I", string(account), string(status), strconv.Itoa(shard))
}

func ResolvedPartition(account chat.AccountID, month string) string {
	return join("I", string(account), string(chat.Resolved), month)
}

// MonthOf names the month of a time.
func MonthOf(t time.Time) string { return t.UTC().Format(MonthLayout) }

const MonthLayout = "2006-01"

// inboxKey sorts a conversation among its like. A resolved one never sorts after its resolution, so that no month holds
// anything newer than its own end.
func inboxKey(c chat.Conversation) table.Key {
	if c.Status != chat.Resolved {
		return table.Key{PK: InboxPartition(c.AccountID, c.Status, shardOf(string(c.ID), c.InboxShards)), SK: ActivitySort(c.LastActivityAt, c.ID)}
	}
	at := c.LastActivityAt
	if c.ResolvedAt.Before(at) {
		at = c.ResolvedAt
	}
	return table.Key{PK: ResolvedPartition(c.AccountID, MonthOf(c.ResolvedAt)), SK: ActivitySort(at, c.ID)}
}

func ActivitySort(at time.Time, id chat.ConversationID) string {
	return Sortable(at) + "#" + escape(string(id))
}

// Index waiting: the conversations without an operator of one store, the longest in the pool first.

func WaitingPartition(account chat.AccountID, store chat.StoreID) string {
	return join("W", string(account), string(store))
}

func waitingKey(c chat.Conversation) table.Key {
	return table.Key{PK: WaitingPartition(c.AccountID, c.StoreID), SK: ActivitySort(c.PoolSince, c.ID)}
}

// HeldPartition holds, in the same index, the timers of the messages that wait for one channel, the oldest message first.
func HeldPartition(account chat.AccountID, channel chat.ChannelID) string {
	return join("H", string(account), string(channel))
}

func heldSort(t chat.Timer) string {
	return escape(string(t.MessageID)) + "#" + escape(string(t.ConversationID))
}

// Index due: everything that waits for its time, spread by the id of what waits; it sorts by the number dueAt.

func DuePartition(shard int) string { return fmt.Sprintf("D#%02d", shard) }

func dueShard(id string) string { return DuePartition(shardOf(id, DueShards)) }

// Edges lead from a partition's owner, a contact or an operator, to conversations.

const EdgePrefix = "C#"

// EdgeKey is the edge to a conversation in the partition given.
func EdgeKey(pk string, id chat.ConversationID) table.Key {
	return table.Key{PK: pk, SK: join("C", string(id))}
}

// Contacts: the contact, its conversations and its revisions.

func ContactKey(account chat.AccountID, id chat.ContactID) table.Key {
	return table.Key{PK: join("P", string(account), string(id)), SK: "P"}
}

func parseContactKey(pk string) (chat.AccountID, chat.ContactID, error) {
	parts, err := split(pk, "P", 2)
	if err != nil {
		return "", "", err
	}
	return chat.AccountID(parts[0]), chat.ContactID(parts[1]), nil
}

func ContactConversationKey(account chat.AccountID, contact chat.ContactID, id chat.ConversationID) table.Key {
	return EdgeKey(ContactKey(account, contact).PK, id)
}

func revisionKey(account chat.AccountID, contact chat.ContactID, version int64) table.Key {
	return table.Key{PK: ContactKey(account, contact).PK, SK: fmt.Sprintf("R#%010d", version)}
}

// SearchKey places a token by its field and first two characters, so that no account's names share one partition.
func SearchKey(account chat.AccountID, t Token, contact chat.ContactID) table.Key {
	return table.Key{PK: SearchPartition(account, t), SK: SearchPrefix(t) + "#" + escape(string(contact))}
}

// SearchPrefix begins the sort keys of the tokens that begin with t.
func SearchPrefix(t Token) string { return escape(t.Text) }

// ParseSearchKey reads which contact a token leads to.
func ParseSearchKey(sk string) (chat.ContactID, error) {
	_, contact, _ := strings.Cut(sk, "#")
	id, err := unescape(contact)
	return chat.ContactID(id), err
}

func SearchPartition(account chat.AccountID, t Token) string {
	first := []rune(t.Text)
	return join("S", string(account), string(t.Field), string(first[:min(len(first), 2)]))
}

func IdentityKey(account chat.AccountID, channel chat.ChannelID, address string) table.Key {
	return table.Key{PK: join("U", string(account), string(channel), address), SK: "U"}
}

func parseIdentityKey(pk string) (chat.AccountID, chat.ChannelID, error) {
	parts, err := split(pk, "U", 3)
	if err != nil {
		return "", "", err
	}
	return chat.AccountID(parts[0]), chat.ChannelID(parts[1]), nil
}

func ProviderRefKey(account chat.AccountID, scope, id string) table.Key {
	return table.Key{PK: join("R", string(account), scope, id), SK: "R"}
}

// People: an operator's open conversations, how far they have read, and what the operators of an account carry.

func OperatorConversationKey(account chat.AccountID, operator chat.OperatorID, id chat.ConversationID) table.Key {
	return EdgeKey(join("O", string(account), string(operator)), id)
}

func ReadCursorKey(account chat.AccountID, operator chat.OperatorID, id chat.ConversationID) table.Key {
	return table.Key{PK: join("O", string(account), string(operator)), SK: join("R", string(id))}
}

func LoadKey(account chat.AccountID, operator chat.OperatorID) table.Key {
	return table.Key{PK: join("L", string(account)), SK: join("L", string(operator))}
}

func MailKey(account chat.AccountID, id string) table.Key {
	return table.Key{PK: join("E", string(account), id), SK: "E"}
}

func JobKey(account chat.AccountID, id string) table.Key {
	return table.Key{PK: join("J", string(account), id), SK: "J"}
}

func ActivityKey(account chat.AccountID, at time.Time, requestID string) table.Key {
	return table.Key{PK: join("A", string(account), MonthOf(at)), SK: join(Sortable(at), requestID)}
}

// Directory: an account's partition holds the account and what it set up; claims make addresses unique over all accounts.

const (
	StorePrefix    = "S#"
	ChannelPrefix  = "C#"
	OperatorPrefix = "O#"
)

func AccountKey(id chat.AccountID) table.Key { return table.Key{PK: join("A", string(id)), SK: "A"} }

func StoreKey(account chat.AccountID, id chat.StoreID) table.Key {
	return table.Key{PK: AccountKey(account).PK, SK: join("S", string(id))}
}

func ChannelKey(account chat.AccountID, id chat.ChannelID) table.Key {
	return table.Key{PK: AccountKey(account).PK, SK: join("C", string(id))}
}

// TemplateKey sorts a channel's templates by name and language.
func TemplateKey(account chat.AccountID, channel chat.ChannelID, name, language string) table.Key {
	return table.Key{PK: AccountKey(account).PK, SK: join("T", string(channel), name, language)}
}

// TemplatePrefix begins the sort keys of a channel's templates; it is empty without a channel, as every key without an id is.
func TemplatePrefix(channel chat.ChannelID) string {
	prefix := join("T", string(channel))
	if prefix == "" {
		return ""
	}
	return prefix + "#"
}

func OperatorKey(account chat.AccountID, id chat.OperatorID) table.Key {
	return table.Key{PK: AccountKey(account).PK, SK: join("O", string(id))}
}

func EmailKey(email string) table.Key {
	return table.Key{PK: join("E", strings.ToLower(email)), SK: "E"}
}

func AssetKey(channel chat.ChannelType, externalID string) table.Key {
	return table.Key{PK: join("X", string(channel), externalID), SK: "X"}
}

const BusinessPrefix = "C#"

// BusinessKey puts the channels of a provider's business account together, in whatever accounts of ours they are.
func BusinessKey(channel chat.ChannelType, business string, account chat.AccountID, id chat.ChannelID) table.Key {
	return table.Key{PK: join("B", string(channel), business), SK: join("C", string(account), string(id))}
}

// Live: what is found by a secret is keyed by its hash; an account's sockets, a visitor's sockets and a person's sessions
// have a partition each.

func SessionKey(hash string) table.Key { return table.Key{PK: join("S", hash), SK: "S"} }

func OperatorSessionKey(account chat.AccountID, operator chat.OperatorID, hash string) table.Key {
	return table.Key{PK: join("O", string(account), string(operator)), SK: join("S", hash)}
}

const (
	SessionPrefix    = "S#"
	ConnectionPrefix = "C#"
)

func TicketKey(hash string) table.Key { return table.Key{PK: join("T", hash), SK: "T"} }

func TokenKey(kind, hash string) table.Key { return table.Key{PK: join("K", kind, hash), SK: "K"} }

func ConnectionKey(id string) table.Key { return table.Key{PK: join("C", id), SK: "C"} }

func AccountConnectionKey(account chat.AccountID, id string) table.Key {
	return table.Key{PK: join("A", string(account)), SK: join("C", id)}
}

func VisitorConnectionKey(account chat.AccountID, visitor chat.VisitorID, id string) table.Key {
	return table.Key{PK: join("V", string(account), string(visitor)), SK: join("C", id)}
}

func AnswerKey(id string) table.Key { return table.Key{PK: join("N", id), SK: "N"} }

func HitKey(id string, window time.Time) table.Key {
	return table.Key{PK: join("H", id), SK: join("H", Sortable(window))}
}

// The indexes of Desk.
const (
	IndexInbox   = "inbox"
	IndexWaiting = "waiting"
	IndexDue     = "due"
)

// DueShards is how many partitions the due index has.
const DueShards = 16

// The kinds of due conversations; every other DueItem has its timer's kind.
const (
	DueClose  = "close"
	DueAssign = "assign"
)
