package item

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type loadItem struct {
	table.Header
	Open       int          `dynamodbav:"open"`
	AssignedAt table.Millis `dynamodbav:"assignedAt,omitempty"`
	Moves      int64        `dynamodbav:"moves,omitempty"`
	RepairedAt table.Millis `dynamodbav:"repairedAt,omitempty"`
	Counts     chat.Counts  `dynamodbav:"-"`
}

// statusLetters shorten statuses in the names of counts, which every write of a load pays for. Letters do not change.
var statusLetters = map[chat.Status]string{chat.Open: "o", chat.Pending: "p", chat.Snoozed: "s", chat.Held: "h", chat.Resolved: "r"}

// CountName is the attribute of a load that holds a count.
func CountName(k chat.CountKey) string {
	return cmp.Or(statusLetters[k.Status], string(k.Status)) + ":" + string(k.StoreID)
}

// countsOf reads the counts of a load. A count of zero is none.
func countsOf(av table.Item) (chat.Counts, error) {
	var counts chat.Counts
	for name, value := range av {
		letter, store, ok := strings.Cut(name, ":")
		if !ok {
			continue
		}
		k := chat.CountKey{StoreID: chat.StoreID(store), Status: chat.Status(letter)}
		for status, known := range statusLetters {
			if known == letter {
				k.Status = status
			}
		}
		var n int
		if err := attributevalue.Unmarshal(value, &n); err != nil {
			return nil, table.Damaged(KindLoad, err)
		}
		if counts == nil {
			counts = chat.Counts{}
		}
		if n != 0 {
			counts[k] = n
		}
	}
	return counts, nil
}

// MarshalDynamoDBAttributeValue writes each count as an attribute of its own, so that one can be added to.
func (it loadItem) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	type plain loadItem
	av, err := attributevalue.MarshalMap(plain(it))
	for k, n := range it.Counts {
		av[CountName(k)] = &types.AttributeValueMemberN{Value: strconv.Itoa(n)}
	}
	return &types.AttributeValueMemberM{Value: av}, err
}

func Load(l chat.Load) loadItem {
	return loadItem{
		Header: table.NewHeader(key.Load(l.AccountID, l.OperatorID), KindLoad), Open: l.Open, AssignedAt: table.MillisOf(l.LastAssignedAt),
		Moves: l.Moves, RepairedAt: table.MillisOf(l.RepairedAt), Counts: l.Counts,
	}
}

func DecodeLoad(av table.Item) (chat.Load, error) {
	it, err := table.Decode[loadItem](av, KindLoad)
	if err != nil {
		return chat.Load{}, err
	}
	account, err := key.Split(it.PK, "L", 1)
	if err != nil {
		return chat.Load{}, table.Damaged(KindLoad, err)
	}
	operator, err := key.Split(it.SK, "L", 1)
	if err != nil {
		return chat.Load{}, table.Damaged(KindLoad, err)
	}
	counts, err := countsOf(av)
	return chat.Load{
		AccountID: chat.AccountID(account[0]), OperatorID: chat.OperatorID(operator[0]),
		Open: it.Open, LastAssignedAt: it.AssignedAt.Time(), Moves: it.Moves, RepairedAt: it.RepairedAt.Time(),
		Counts: counts,
	}, err
}
