package item

import (
	"strconv"
	"strings"

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
}

// statusLetters name statuses in the names of counters. Letters do not change.
var statusLetters = map[chat.Status]string{chat.Open: "o", chat.Pending: "p", chat.Snoozed: "s", chat.Held: "h", chat.Resolved: "r"}

// CountName is the attribute of a load that holds a count.
func CountName(k chat.CountKey) string { return statusLetters[k.Status] + ":" + string(k.StoreID) }

func countsOf(av table.Item) chat.Counts {
	var counts chat.Counts
	for name, value := range av {
		letter, store, ok := strings.Cut(name, ":")
		number, isNumber := value.(*types.AttributeValueMemberN)
		if !ok || !isNumber {
			continue
		}
		n, err := strconv.Atoi(number.Value)
		for status, known := range statusLetters {
			if known == letter && err == nil && n != 0 {
				if counts == nil {
					counts = chat.Counts{}
				}
				counts[chat.CountKey{StoreID: chat.StoreID(store), Status: status}] = n
			}
		}
	}
	return counts
}

func Load(l chat.Load) loadItem {
	return loadItem{
		Header: table.NewHeader(key.Load(l.AccountID, l.OperatorID), KindLoad), Open: l.Open, AssignedAt: table.MillisOf(l.LastAssignedAt),
		Moves: l.Moves, RepairedAt: table.MillisOf(l.RepairedAt),
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
	return chat.Load{
		AccountID: chat.AccountID(account[0]), OperatorID: chat.OperatorID(operator[0]),
		Open: it.Open, LastAssignedAt: it.AssignedAt.Time(), Moves: it.Moves, RepairedAt: it.RepairedAt.Time(),
		Counts: countsOf(av),
	}, nil
}
