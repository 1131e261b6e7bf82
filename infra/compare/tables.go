package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/infra/local/engine"
)

// notCompared are kinds of items that differ between two runs of one build.
var notCompared = map[string]string{
	"hit": "counts within a window of the wall clock, which may end during a run",
}

// readTables opens a copy of a stopped stack's database and reads every item of every table.
func readTables(ctx context.Context, dir string, n *names) (map[string][]entry, error) {
	copied := filepath.Join(dir, "dynamodb-copy")
	if err := os.CopyFS(copied, os.DirFS(filepath.Join(dir, "dynamodb"))); err != nil {
		return nil, fmt.Errorf("copy the database: %w", err)
	}
	db, err := engine.Start(ctx, engine.Options{Kind: engine.Dynoxide, DataDir: copied})
	if err != nil {
		return nil, fmt.Errorf("open the copy: %w", err)
	}
	defer db.Stop()
	client := db.Client()
	list, err := client.ListTables(ctx, &dynamodb.ListTablesInput{})
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	tables := map[string][]entry{}
	for _, table := range list.TableNames {
		pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: aws.String(table), ConsistentRead: aws.Bool(true)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, fmt.Errorf("scan %s: %w", table, err)
			}
			for _, av := range page.Items {
				var item map[string]any
				if err := attributevalue.UnmarshalMap(av, &item); err != nil {
					return nil, fmt.Errorf("decode an item of %s: %w", table, err)
				}
				kind, _ := item["kind"].(string)
				if notCompared[kind] != "" {
					continue
				}
				if kind == "search" {
					visitorToken(item, n.suffixes)
				}
				tables[table] = append(tables[table], entry{kind, n.value(item)})
			}
		}
	}
	return tables, nil
}

// visitorToken masks the token of a visitor's name that is the end of a random id, in the partition of its first two characters.
func visitorToken(item map[string]any, suffixes map[string]bool) {
	pk, _ := item["pk"].(string)
	sk, _ := item["sk"].(string)
	if token, contact, ok := strings.Cut(sk, "#"); ok && suffixes[token] {
		item["pk"], item["sk"] = strings.TrimSuffix(pk, token[:2])+"<suffix>", "<suffix>#"+contact
	}
}
