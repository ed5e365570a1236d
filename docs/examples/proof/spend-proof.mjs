// True for the first use of this jti only, even when two uses arrive at the same moment.
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';

export async function spend(dynamodb, table, jti) {
  const command = new UpdateItemCommand({
    TableName: table,
    Key: { jti: { S: jti } },
    UpdateExpression: 'SET #ttl = :ttl',
    ConditionExpression: 'attribute_not_exists(#ttl)',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: { ':ttl': { N: String(Math.floor(Date.now() / 1000) + 86_400) } },
  });
  try {
    await dynamodb.send(command);
    return true;
  } catch (error) {
    if (error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}
