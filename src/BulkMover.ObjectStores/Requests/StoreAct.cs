namespace BulkMover.ObjectStores.Requests;

/// <summary>What a request is for, for messages.</summary>
internal enum StoreAct
{
    Read,
    Write,
    Copy,
    Delete,
}
