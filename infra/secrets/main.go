// Command secrets writes a stage's secrets as SecureString parameters, which CloudFormation cannot create: `make secrets STAGE=prod`.
//
// Each comes from the environment variable of its name, such as SIGNING_KEY and what the providers' folders name, a comma-separated
// list whose first is the newest: "new,old" makes both valid while one replaces the other. One that the environment does not have
// stays as it is; unset generated ones get a random value. Values are never printed.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/recado-chat/recado/infra/config"
	"github.com/recado-chat/recado/infra/topology"
)

func main() {
	name := flag.String("stage", "dev", "the stage whose secrets are written")
	flag.Parse()
	if err := run(context.Background(), *name); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, name string) error {
	stage, err := config.Load(func(key string) string { return map[string]string{"stage": name}[key] })
	if err != nil {
		return err
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("find the AWS account: %w", err)
	}
	client := ssm.NewFromConfig(cfg)
	for _, secret := range topology.Secrets {
		if slices.Contains(topology.SecretsOfEdge, secret) {
			continue
		}
		parameter := stage.Parameter(secret.Name)
		outcome, err := write(ctx, client, parameter, value(secret), secret.Generated)
		if err != nil {
			return fmt.Errorf("write %s: %w", parameter, err)
		}
		fmt.Printf("%-40s %s\n", parameter, outcome)
	}
	return nil
}

// value is what the environment says of a secret, as a list without blanks.
func value(secret topology.Secret) string {
	var parts []string
	for part := range strings.SplitSeq(os.Getenv(strings.TrimSuffix(secret.Env, "_NAME")), ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ",")
}

// write puts a value, or keeps what is there without one; an unset generated secret gets a random value.
func write(ctx context.Context, client *ssm.Client, parameter, value string, generated bool) (string, error) {
	if value == "" {
		_, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: &parameter})
		var unset *types.ParameterNotFound
		switch {
		case err == nil:
			return "kept as it is", nil
		case !errors.As(err, &unset):
			return "", err
		case !generated:
			return "not set: what needs it is not configured", nil
		}
		value = rand.Text()
	}
	_, err := client.PutParameter(ctx, &ssm.PutParameterInput{
		Name: &parameter, Value: &value, Type: types.ParameterTypeSecureString, Overwrite: aws.Bool(true),
	})
	return "written", err
}
